import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandLine, splitWords } from '../../../../director/console/command-line.ts';

describe('a command line', () => {
  it('is taken apart into verb, keywords and values', () => {
    const line = new CommandLine('  RUN Job=Gzip level=Full  yes ');
    expect(line.verb).toBe('run');
    expect(line.value('job')).toBe('Gzip');
    expect(line.value('jobname', 'level')).toBe('Full');
    expect(line.has('yes')).toBe(true);
    expect(line.has('no')).toBe(false);
    expect(line.rest).toBe('Job=Gzip level=Full  yes');
  });

  it('keeps blanks and quotes inside quotes, and backslashes everywhere else', () => {
    const line = new CommandLine(String.raw`restore fileset="Zebulon \"A\" Grade" file=/a\b file="c:\\d e"`);
    expect(line.value('fileset')).toBe('Zebulon "A" Grade');
    expect(line.values('file')).toEqual([String.raw`/a\b`, String.raw`c:\d e`]);
  });

  it('takes an empty value for none', () => {
    const line = new CommandLine('run job= level=Full');
    expect(line.value('job')).toBeUndefined();
    expect(line.has('job')).toBe(true);
  });

  it('says which quote is not closed', () => {
    expect(() => new CommandLine('run job="Gzip level=Full')).toThrow(
      'a quote is not closed: "Gzip level=Full',
    );
  });

  it('refuses a number that is none', () => {
    expect(new CommandLine('wait jobid=12').integer('jobid')).toBe(12);
    expect(() => new CommandLine('wait jobid=12a').integer('jobid')).toThrow('"jobid=12a" is no number');
    expect(() => new CommandLine('wait jobid=-1').integer('jobid')).toThrow('no number');
  });

  it('gives back any words that were quoted', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const line = words.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(' ');
        expect(splitWords(line).map(({ text }) => text)).toEqual(words);
      }),
    );
  });
});
