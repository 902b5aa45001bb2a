import { expect, test } from 'vitest';
import { planTarget } from '../../../src/cli/input/containers.js';
import { findTarget } from '../../../src/plan/model/target.js';

test('a running sandbox of the newest gVisor gets the call that answers with its errors', () => {
  expect(planTarget('head')).toBe('latest');
  expect(findTarget(planTarget('head'))?.method).toBe('Network.CreateLinksAndRoutes');
});

test.each(['2018-04', '20240715.0', '2026-05'])('%s is planned as it is', (target) => {
  expect(planTarget(target)).toBe(target);
});
