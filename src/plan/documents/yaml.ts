/** YAML text as a value, by the `yaml` package, without what hides values: anchors, aliases, tags. */
import * as E from 'fp-ts/lib/Either.js';
import { flow, pipe } from 'fp-ts/lib/function.js';
import { Composer, CST, type Document, isScalar, Lexer, LineCounter, Parser } from 'yaml';
import { MAX_DEPTH } from './json.js';
import {
  type Failure,
  failureAt,
  type LinedText,
  type PositionOf,
  positionsIn,
  tooLong,
} from './place.js';
import { ambiguityIn } from './yaml-ambiguity.js';

/** Characters (UTF-16 code units) of YAML. The package reads about 0.75 million of them in a second. */
export const MAX_YAML = 16 * 1024 * 1024;

/** Words, marks and blanks of YAML, for each of which the package takes up to 350 bytes of memory. */
export const MAX_LEXEMES = 8_000_000;

/** What a document cannot use, by the mark it starts with. A directive could change what words mean. */
const UNSUPPORTED: { readonly [mark: string]: string } = {
  '&': 'a value; anchors are not read',
  '*': 'a value; aliases are not read',
  '!': 'a value; tags are not read',
  '%': 'a value; directives are not read',
};

/** Whether more than MAX_DEPTH collections are open. The stack's first item is the document itself. */
const isTooDeep = ({ stack }: Parser): boolean => {
  const deepest = stack[MAX_DEPTH + 1];
  return deepest !== undefined && 'items' in deepest;
};

/** Why the parser must not go on after the lexeme at `at`. */
const excess = (source: LinedText, parser: Parser, at: number, left: number): Failure | null => {
  const fail = (limit: string) => failureAt(source, at, 'document/too-large', limit, 'more');
  if (isTooDeep(parser)) return fail(`at most ${MAX_DEPTH} levels of lists and mappings`);
  return left < 0 ? fail(`at most ${MAX_LEXEMES} words and marks of YAML`) : null;
};

/** The syntax tree, up to the first mistake in it: those after it would take kilobytes each. */
const parse = (
  source: LinedText,
  maxLexemes: number,
): E.Either<Failure, ReadonlyArray<CST.Token>> => {
  const parser = new Parser(source.lines.addNewLine);
  const tokens: CST.Token[] = [];
  let before = '';
  let left = maxLexemes;
  source.lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(source.text)) {
    const at = parser.offset;
    const unsupported = before === CST.SCALAR ? undefined : UNSUPPORTED[lexeme.charAt(0)];
    if (unsupported !== undefined)
      return E.left(failureAt(source, at, 'document/unsupported', unsupported));
    tokens.push(...parser.next(lexeme));
    before = lexeme;
    left -= 1;
    const failure = excess(source, parser, at, left);
    if (failure !== null) return E.left(failure);
    if (tokens.at(-1)?.type === 'error') break;
  }
  return E.right([...tokens, ...parser.end()]);
};

/** The one document of a text. `uniqueKeys` is off: the package compares each key with all before it. */
const compose =
  (source: LinedText) =>
  (tokens: ReadonlyArray<CST.Token>): E.Either<Failure, Document> => {
    const fail = (at: number, code: Failure['code'], expected: string) =>
      E.left(failureAt(source, at, code, expected));
    const composer = new Composer({ stringKeys: true, uniqueKeys: false });
    const [document, second] = composer.compose(tokens, true, source.text.length);
    const error = document?.errors[0];
    if (error !== undefined)
      return fail(error.pos[0], 'document/syntax', error.message.slice(0, 120));
    if (second !== undefined)
      return fail(second.range[0], 'document/unsupported', 'one document, not a stream of several');
    const contents = document?.contents ?? null;
    const empty =
      contents === null || (isScalar(contents) && contents.range[0] === contents.range[1]);
    return document === undefined || empty
      ? fail(0, 'document/syntax', 'There is no document')
      : E.right(document);
  };

/** What was read: the value, and where everything in it stands. */
export interface YamlText {
  readonly value: unknown;
  readonly positionOf: PositionOf;
}

const unambiguous =
  (source: LinedText) =>
  (document: Document): E.Either<Failure, YamlText> => {
    const failure = ambiguityIn(source, document);
    return failure === null
      ? E.right({ value: document.toJS(), positionOf: positionsIn(source, document) })
      : E.left(failure);
  };

/**
 * The value of a YAML text. Time and memory are linear in the text's length.
 * Source: YAML 1.2.2 with its core schema.
 */
export const readYaml = (text: string, maxLexemes = MAX_LEXEMES): E.Either<Failure, YamlText> => {
  if (text.length > MAX_YAML) return E.left(tooLong(text, `${MAX_YAML} characters of YAML`));
  const source = { text, lines: new LineCounter() };
  const read = E.tryCatch(
    () =>
      pipe(
        parse(source, maxLexemes),
        E.flatMap(flow(compose(source), E.flatMap(unambiguous(source)))),
      ),
    // the package gives mistakes as data; should a text make it throw all the same, it is refused
    (thrown) => failureAt(source, 0, 'document/too-large', 'text that can be parsed', `${thrown}`),
  );
  return E.flatten(read);
};
