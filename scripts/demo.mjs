#!/usr/bin/env node
/**
 * The whole way in one command: a namespace is captured, planned, and handed over to the embedded sandbox,
 * which a peer then pings over IPv4 and IPv6. Needs Linux with Node, npm and iproute2; root is not needed
 * where user namespaces are allowed.
 *
 * Everything is made inside a mount namespace of its own with an empty /run, so the network namespaces,
 * the files and the journal are gone with the last process, however it ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SELF = fileURLToPath(import.meta.url);
const INSIDE = '--inside';
/** The build is there already: the test suite has made it. */
const BUILT = '--built';
const DIR = '/run/demo';
const SOCKET = `${DIR}/sandbox.sock`;
const SETTLE_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
const IS_INSIDE = process.argv.includes(INSIDE);

const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;
const bold = (text) => (coloured ? `\u001b[1m${text}\u001b[22m` : text);
const cyan = (text) => (coloured ? `\u001b[36m${text}\u001b[39m` : text);
const say = (text) => process.stdout.write(`${text}\n`);

/** Children that are running; a signal to the demo ends them all. */
const running = new Set();

const start = (command, args, options = {}) => {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  running.add(child);
  const ended = new Promise((resolve) => {
    const finish = (code) => {
      running.delete(child);
      resolve(code);
    };
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      finish(127);
    });
    child.on('exit', (code, signal) => finish(code ?? `killed by ${signal}`));
  });
  return { child, ended };
};

class Failed extends Error {}

const show = (why, words) => {
  say(`\n${bold(why)}`);
  say(`${cyan('$')} ${words.join(' ')}`);
};

/** One narrated step; `codes` are the exit codes that it may end with. */
const step = async (why, words, run, codes = [0]) => {
  show(why, words);
  const [command, ...args] = run ?? words;
  const code = await start(command, args).ended;
  if (!codes.includes(code)) throw new Failed(`${words.join(' ')}: ${code}`);
};

const run = (...words) => {
  const { status, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8' });
  if (status !== 0) throw new Failed(`${words.join(' ')}: ${stderr}`);
};

const node = (...args) => [process.execPath, ...args];
const netplan = (...args) => node('bin/run.js', ...args);
const netplanStep = (why, args, codes) => step(why, ['netplan', ...args], netplan(...args), codes);

/** Commands that are shown together, then run. */
const make = (why, commands) => {
  say(`\n${bold(why)}`);
  for (const words of commands) {
    say(`${cyan('$')} ${words.join(' ')}`);
    run(...words);
  }
};

const words = (text) => text.split(' ');

const socketAppears = async (sandbox) => {
  const deadline = Date.now() + SOCKET_TIMEOUT_MS;
  while (!existsSync(SOCKET)) {
    if (sandbox.child.exitCode !== null || Date.now() > deadline)
      throw new Failed('the embedded sandbox did not start');
    await sleep(20);
  }
};

const pings = async () => {
  for (const address of ['192.0.2.2', '2001:db8::2'])
    await step(
      'The peer pings the sandbox: the answer comes from its own stack, not from the kernel',
      words(`node scripts/ping.mjs peer ${address}`),
      node('scripts/ping.mjs', 'peer', address),
    );
};

const inside = async () => {
  run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'demo', '/run');
  mkdirSync(DIR);
  make(
    'Two throw-away namespaces joined by a veth pair, as a container engine leaves them',
    [
      'ip netns add blue',
      'ip netns add peer',
      'ip -n blue link set lo up',
      'ip -n blue link add eth0 type veth peer name veth0 netns peer',
      'ip -n blue link set eth0 up',
      'ip -n peer link set veth0 up',
      'ip -n peer address add 192.0.2.1/24 dev veth0',
      'ip -n peer address add 2001:db8::1/64 dev veth0 nodad',
      'ip -n blue address add 192.0.2.2/24 dev eth0',
      'ip -n blue address add 2001:db8::2/64 dev eth0 nodad',
      'ip -n blue route add default via 192.0.2.1',
      'ip -n blue -6 route add default via 2001:db8::1',
    ].map(words),
  );
  await settled();
  await netplanStep('Write its state down: a file that can be planned anywhere', [
    'capture',
    '--netns=blue',
    `--output=${DIR}/state.yaml`,
  ]);
  await netplanStep('Plan it: what a sandbox will be given, and what is lost on the way', [
    'plan',
    '--netns=blue',
    `--output=${DIR}/plan.yaml`,
  ]);
  make('Somebody changes the namespace', [
    words('ip -n blue route add 198.51.100.0/24 via 192.0.2.1'),
  ]);
  await netplanStep(
    'Compare the plan with the namespace as it is now',
    ['diff', `${DIR}/plan.yaml`, 'netns:blue'],
    [1],
  );
  make('And changes it back', [words('ip -n blue route del 198.51.100.0/24')]);
  const apply = ['apply', `${DIR}/plan.yaml`, '--netns=blue', `--socket=${SOCKET}`];
  await netplanStep('Dry run: the very ops that apply runs, and nothing done', [
    ...apply,
    '--dry-run',
  ]);
  const listen = ['sandbox', `--listen=${SOCKET}`];
  show('A sandbox with its own network stack, in the background', ['netplan', ...listen, '&']);
  const sandbox = start(process.execPath, ['bin/run.js', ...listen]);
  await socketAppears(sandbox);
  await netplanStep('Apply: sockets opened, addresses taken, all handed over in one call', apply);
  await pings();
  await step(
    "The addresses are no longer the kernel's",
    words('ip -n blue -brief address show dev eth0'),
  );
  return 0;
};

/** Until the kernel has checked its own link-local address for duplicates, the peer cannot ask for neighbors. */
const settled = async () => {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  const tentative = (netns) =>
    spawnSync('ip', ['-n', netns, '-6', '-oneline', 'address', 'show', 'tentative']).stdout.length;
  while (tentative('blue') + tentative('peer') > 0) {
    if (Date.now() > deadline) throw new Failed('an address stays tentative');
    await sleep(50);
  }
};

/** As root a mount namespace is enough; anybody else is root in a user namespace, with a network of its own. */
const enter = () => {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user', '--net'];
  return start('unshare', [...user, '--mount', process.execPath, SELF, INSIDE]).ended;
};

const possible = () => {
  if (process.platform !== 'linux') throw new Failed('netplan needs Linux');
  const { status } = spawnSync('ip', ['-Version'], { stdio: 'ignore' });
  if (status !== 0) throw new Failed('needs ip: install iproute2');
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user', '--net'];
  const entered = spawnSync('unshare', [...user, '--mount', 'true'], { encoding: 'utf8' });
  if (entered.status !== 0)
    throw new Failed(`cannot make namespaces here, run it as root: ${entered.stderr ?? ''}`);
};

const outside = async () => {
  possible();
  if (!process.argv.includes(BUILT)) {
    if (!existsSync(`${ROOT}/node_modules`)) await step('Install', words('npm ci'));
    await step('Build', words('npm run build'));
  }
  const code = await enter();
  if (typeof code !== 'number') throw new Failed(code);
  if (code !== 0) return code;
  say(`\n${bold('Done: the namespaces, the sandbox and its files are gone.')}`);
  return 0;
};

/** Ends every child: asked first, then killed; inside sooner than outside, which waits for inside. */
const stop = async () => {
  for (const child of running) child.kill('SIGTERM');
  const deadline = Date.now() + (IS_INSIDE ? STOP_TIMEOUT_MS : 2 * STOP_TIMEOUT_MS);
  while (running.size > 0 && Date.now() < deadline) await sleep(10);
  for (const child of running) child.kill('SIGKILL');
};

const STOPPED = 130;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    await stop();
    process.exit(STOPPED);
  });

/**
 * A ctrl-C ends the children too, and their end may be seen first: spawnSync keeps the loop from the signal.
 * One turn of the loop may have begun before the signal came; two have not. Then its handler ends the demo.
 */
const signalsFirst = async () => {
  await nextTurn();
  await nextTurn();
  if (stopping) await new Promise(() => {});
};

const failed = async (error) => {
  await signalsFirst();
  await stop();
  if (!(error instanceof Failed)) throw error;
  process.stderr.write(`demo: ${error.message}\n`);
  return 1;
};

const code = await (IS_INSIDE ? inside() : outside()).catch(failed);
await signalsFirst();
await stop();
process.exit(code);
