/** Text of files, read to a limit and no further; `-` is stdin. */
import { type FileHandle, open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { MAX_TEXT } from '../../plan/documents/text.js';
import { fileText } from '../../plan/model/kernel-text.js';
import { tooLarge, unreadable } from '../ending/file-refusal.js';
import type { Refusal } from '../ending/refusal.js';

/** Bytes that are read of a file, a device or a pipe: those of the longest document in ASCII. */
const MAX_BYTES = MAX_TEXT;

const PIECE = 1024 * 1024;

/**
 * Pieces of an open file, each read when it is asked for: of a pipe that stalls nothing is read ahead. A
 * piece is valid until the next.
 */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(PIECE);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, PIECE, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** `buffer`, or a longer one that begins with it, where it has no room for `length` bytes. */
const withRoom = (buffer: Buffer, length: number): Buffer =>
  length <= buffer.length ? buffer : Buffer.concat([buffer], Math.max(length, 2 * buffer.length));

/** All of `pieces` as text, or null where they are more than the limit: then the rest is not asked for. */
const joined = async (pieces: AsyncIterable<Uint8Array>, limit: number): Promise<string | null> => {
  let whole: Buffer = Buffer.alloc(0);
  let length = 0;
  for await (const piece of pieces) {
    if (length + piece.length > limit) return null;
    whole = withRoom(whole, length + piece.length);
    whole.set(piece, length);
    length += piece.length;
  }
  return fileText(whole.subarray(0, length));
};

/** An ordinary file says how long it is; devices and pipes do not. */
const contentOf = async (file: string, limit: number): Promise<string | null> => {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    return size > limit ? null : await joined(piecesOf(handle), limit);
  } finally {
    await handle.close();
  }
};

const read = (
  file: string,
  limit: number,
): TE.TaskEither<NodeJS.ErrnoException, E.Either<Refusal, string>> =>
  pipe(
    TE.tryCatch(
      () => (file === '-' ? joined(process.stdin, limit) : contentOf(file, limit)),
      (error) => error as NodeJS.ErrnoException,
    ),
    TE.map(E.fromNullable(tooLarge(file, limit))),
  );

/** Bytes that are not UTF-8 are half surrogate pairs in it (kernel-text.ts), which only names of links may have. */
export const readText = (file: string, limit = MAX_BYTES): TE.TaskEither<Refusal, string> =>
  pipe(
    read(file, limit),
    TE.mapLeft(unreadable(file)),
    TE.flatMapEither((found) => found),
  );

/** Null for a file that is not there. */
export const readIfThere = (file: string): TE.TaskEither<Refusal, string | null> =>
  pipe(
    read(file, MAX_BYTES),
    TE.matchE(
      (error) => (error.code === 'ENOENT' ? TE.right(null) : TE.left(unreadable(file)(error))),
      (found) => TE.fromEither<Refusal, string | null>(found),
    ),
  );
