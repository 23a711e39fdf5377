import { describe, expect, it } from 'vitest';
import { relocationRegexWhere } from '../../../../director/jobs/path-relocation.ts';
import { compileRegexWhere } from '../../../../text/regex-where.ts';

const NOTHING = { stripPrefix: '', addPrefix: '', addSuffix: '' };

describe('strip prefix, add prefix and add suffix', () => {
  it.each([
    [{ ...NOTHING, stripPrefix: '/srv' }, '/srv/a', '/a'],
    [{ ...NOTHING, stripPrefix: '/srv' }, '/SRV/a', '/a'],
    [{ ...NOTHING, stripPrefix: '/srv' }, '/home/srv/a', '/home/srv/a'],
    [{ ...NOTHING, addPrefix: '/new' }, '/srv/a', '/new/srv/a'],
    [{ ...NOTHING, addSuffix: '.old' }, '/srv/a', '/srv/a.old'],
    [{ ...NOTHING, addSuffix: '.old' }, '/srv/a/', '/srv/a/'],
    [{ stripPrefix: '/srv', addPrefix: '/new', addSuffix: '~' }, '/srv/a', '/new/a~'],
    // Nothing in them has a meaning of its own.
    [{ ...NOTHING, stripPrefix: '/a.b*(c)[d]{1}^$|\\!' }, '/a.b*(c)[d]{1}^$|\\!/x', '/x'],
    [{ ...NOTHING, addPrefix: '/$1\\2!,i' }, '/x', '/$1\\2!,i/x'],
    [{ ...NOTHING, addSuffix: '$0!\\' }, '/x', '/x$0!\\'],
  ])('%j makes of %s the path %s', (relocation, path, renamed) => {
    expect(compileRegexWhere(relocationRegexWhere(relocation))(path)).toBe(renamed);
  });

  it('are no substitution at all when all are empty', () => {
    expect(relocationRegexWhere(NOTHING)).toBe('');
  });
});
