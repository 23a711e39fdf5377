import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadDirectorConf } from '../../../configuration/director-conf.ts';
import { formatProblem } from '../../../configuration/problem.ts';
import { textReader } from '../../../configuration/source-reader.ts';

const SAMPLES = join(import.meta.dirname, '../../../conf');
const TEXTS = [
  readFileSync(join(SAMPLES, 'noctule-dir.conf'), 'utf8'),
  readFileSync(join(SAMPLES, 'nas/nas.conf'), 'utf8'),
  readFileSync(join(import.meta.dirname, 'golden/ten-mistakes.conf'), 'utf8'),
];

/** A change somewhere in a text: `at` is a fraction of its length. */
type Mutation = (text: string) => string;

const position = fc.double({ min: 0, max: 1, noNaN: true });
const snippet = fc.oneof(
  fc.constantFrom(...'"\\{}=;,#@\n\t\' 1aZ\u00e9\0\uFFFD'.split('')),
  fc.constantFrom(
    '@/conf',
    '@"',
    '@|"x"',
    'Job {',
    'Run = ',
    'Cron = "5 23 * * 6#1"\n',
    '= {',
    '"\n"',
    'Options {',
    'JobDefs = x',
  ),
  fc.string({ maxLength: 5 }),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, snippet).map(
    ([at, inserted]): Mutation =>
      (text) =>
        text.slice(0, at * text.length) + inserted + text.slice(at * text.length),
  ),
  fc.tuple(position, fc.nat({ max: 40 })).map(
    ([at, count]): Mutation =>
      (text) =>
        text.slice(0, at * text.length) + text.slice(at * text.length + count),
  ),
  fc.tuple(position, position).map(([from, to]): Mutation => {
    return (text) => {
      const lines = text.split('\n');
      const [moved = ''] = lines.splice(Math.floor(from * lines.length), 1);
      lines.splice(Math.floor(to * lines.length), 0, moved);
      return lines.join('\n');
    };
  }),
  position.map(
    (at): Mutation =>
      (text) =>
        text.slice(0, at * text.length),
  ),
);

test('500 mutated confs never crash the parser, and whatever is wrong names its line', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TEXTS),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      (text, mutations) => {
        const mutated = mutations.reduce((before, mutate) => mutate(before), text);
        const { conf, problems } = loadDirectorConf('/conf', { reader: textReader({ '/conf': mutated }) });
        const errors = problems.filter((problem) => problem.severity === 'error');
        expect(conf === undefined).toBe(errors.length > 0);
        const lineCount = mutated.split(/\r\n?|\n/).length;
        for (const problem of problems) {
          expect(problem.file).toBe('/conf');
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.line).toBeLessThanOrEqual(lineCount);
          expect(formatProblem(problem)).toContain(`/conf:${problem.line}:${problem.column}: `);
        }
      },
    ),
    { numRuns: 500 },
  );
});
