/** A control socket that answers each call as it is told to. The descriptors that come along are dropped. */
import { createServer, type Server, type Socket } from 'node:net';

export interface ScriptedSandbox {
  readonly address: string;
  /** requests that came completely */
  readonly calls: () => number;
  /** what is sent after a complete request, or sends it; null: nothing, the connection stays open */
  answer: string | null | ((socket: Socket) => void);
  /** close the connection after the answer */
  closes: boolean;
  readonly stop: () => Promise<void>;
}

export const SUCCESS = '{"success":true,"err":"","result":{}}';
export const FAILURE = '{"success":false,"err":"no such network","result":null}';

/** A request is one JSON object: complete when it parses. */
const isComplete = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

export const scriptedSandbox = async (path: string): Promise<ScriptedSandbox> => {
  let calls = 0;
  const sandbox = {
    address: path,
    calls: () => calls,
    answer: SUCCESS as ScriptedSandbox['answer'],
    closes: false,
  };
  const server: Server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes;
      if (!isComplete(text)) return;
      text = '';
      calls += 1;
      if (typeof sandbox.answer === 'function') sandbox.answer(socket);
      else if (sandbox.answer !== null) socket.write(sandbox.answer);
      if (sandbox.closes) socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return Object.assign(sandbox, {
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
};
