import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePrintablePath, printablePath } from '../../../text/printable.ts';

describe('printablePath', () => {
  it.each([
    ['/srv/demo/home/alice', '/srv/demo/home/alice'],
    ['/odd names/späce é/日本語', '/odd names/späce é/日本語'],
    ['/new\nline\ttab\rreturn', '/new\\nline\\ttab\\rreturn'],
    ['/back\\slash', '/back\\\\slash'],
    ['/\x1b[31mred\x7f', '/\\x1b[31mred\\x7f'],
    ['/gnp\u202etxt.exe', '/gnp\\xe2\\x80\\xaetxt.exe'],
    ['/\ufffd', '/\\xef\\xbf\\xbd'],
  ])('shows %j as %j', (path, shown) => {
    expect(printablePath(Buffer.from(path))).toBe(shown);
  });

  it('shows bytes that are no UTF-8 by their value, next to text that is', () => {
    expect(printablePath(Buffer.from('/caf\xe9/é', 'latin1'))).toBe('/caf\\xe9/\\xe9');
    expect(printablePath(Buffer.concat([Buffer.from('/é'), Buffer.of(0xff, 0xc3)]))).toBe('/é\\xff\\xc3');
  });

  it('gives one line that names exactly these bytes', () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text)),
      fc.constantFrom('\\', '\\n', '\\x41', '/', '\n').map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const path = Buffer.concat(parts);
        const shown = printablePath(path);
        expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(parsePrintablePath(shown)).toEqual(path);
      }),
    );
  });
});

describe('parsePrintablePath', () => {
  it('takes a backslash that begins no escape as itself', () => {
    expect(parsePrintablePath('C:\\dir \\x4 \\').toString()).toBe('C:\\dir \\x4 \\');
    expect(parsePrintablePath('\\X41').toString()).toBe('A');
  });
});
