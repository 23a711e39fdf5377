import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confKind } from '../../../../configuration/site/conf-kind.ts';
import { textReader } from '../../../../configuration/source-reader.ts';
import { FILES } from './site-text.ts';

const kindOf = (text: string, others: Record<string, string> = {}) =>
  confKind('/c/file', { workingDirectory: '/c', reader: textReader({ '/c/file': text, ...others }) });

describe('whose conf a file is', () => {
  test.each([
    [FILES.dir, 'director'],
    [FILES.sd, 'storage'],
    [FILES.fd, 'client'],
    [FILES.fd.replace('FileDaemon', 'Client'), 'client'],
    [FILES.console, 'console'],
    [`${FILES.console}Console { Name = me; Password = "x" }`, 'console'],
    ['Director { Name = d; Query File = /q }', 'director'],
    ['Client { Name = a; Address = b }', undefined],
    ['no conf at all {{{', undefined],
  ])('shows in what stands in it: %j', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  test('shows also when a part of it is included', () => {
    expect(kindOf('@jobs\nDirector { Name = d }', { '/c/jobs': 'Job { Name = j }' })).toBe('director');
  });

  test.each(['conf', 'conf/nas'])('shows in the samples of %s', (directory) => {
    const kinds = ['dir', 'sd', 'fd'].map((daemon) => {
      const name = directory === 'conf' ? `noctule-${daemon}.conf` : `bacula-${daemon}.conf`;
      return confKind(join(import.meta.dirname, '../../../..', directory, name));
    });
    expect(kinds).toEqual(['director', 'storage', 'client']);
  });
});
