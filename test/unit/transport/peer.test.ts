import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeIdentity,
  NameTooLong,
  parseIdentity,
  requireRole,
  RoleRefused,
  type Role,
} from '../../../transport/peer.ts';

describe('a PSK identity', () => {
  it('gives back the peer it was made of, whatever the name', () => {
    const role = fc.constantFrom<Role>('director', 'console', 'ticket');
    const name = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(role, name, (role, name) => {
        const identity = encodeIdentity({ role, name });
        expect(parseIdentity(identity)).toEqual({ role, name: name.toWellFormed() });
      }),
    );
  });

  it('has no blank, slash or control character in its name, and keeps letters of any script short', () => {
    expect(encodeIdentity({ role: 'director', name: 'a/b c%\n' })).toBe('noctule1/director/a%2Fb%20c%25%0A');
    expect(encodeIdentity({ role: 'console', name: 'Пульт' })).toBe('noctule1/console/Пульт');
  });

  it('refuses a name that OpenSSL would not take', () => {
    expect(() => encodeIdentity({ role: 'director', name: 'd'.repeat(300) })).toThrow(NameTooLong);
  });

  it('of another program or version names nobody', () => {
    for (const identity of [
      '',
      'noctule2/director/x',
      'noctule1/root/x',
      'noctule1/director/%zz',
      'R_DIRECTOR x',
    ]) {
      expect(parseIdentity(identity)).toBeUndefined();
    }
  });
});

describe('requireRole', () => {
  it('lets the named roles pass and no other', () => {
    requireRole({ role: 'ticket', name: '1' }, 'director', 'ticket');
    expect(() => requireRole({ role: 'ticket', name: '1' }, 'director')).toThrow(RoleRefused);
  });
});
