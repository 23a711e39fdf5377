import { describe, expect, it } from 'vitest';
import { flagsRecord, readExtended, xattrRecord, type Xattr } from '../../../file-daemon/tar/extended-pax.ts';

/** Version 2, one entry: of a user whose id is none. */
const ACL_WITHOUT_TEXT = Buffer.from('0200000002000700ffffffff', 'hex');

function throughRecords(xattrs: readonly Xattr[]) {
  const pax = new Map(
    xattrs.map(xattrRecord).map(({ keyword, value }) => [keyword, Buffer.from(value, 'latin1')]),
  );
  return readExtended(pax);
}

describe('the extended attributes of a pax header', () => {
  it.each(['user.a', 'user.=', 'user.%', 'user.%3D', 'user.%25=', 'user.line\nend', 'user.\u00ff'])(
    'keep the name %j and a value of all bytes',
    (name) => {
      const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const xattr = { name: Buffer.from(name, 'latin1'), value };
      expect(xattrRecord(xattr).keyword.indexOf('=')).toBe(-1);
      expect(throughRecords([xattr])).toEqual({ xattrs: [xattr], flags: '' });
    },
  );

  it('keep an ACL that its text cannot say as an attribute', () => {
    const xattr = { name: Buffer.from('system.posix_acl_access'), value: ACL_WITHOUT_TEXT };
    expect(xattrRecord(xattr).keyword).toBe('SCHILY.xattr.system.posix_acl_access');
    expect(throughRecords([xattr]).xattrs).toEqual([xattr]);
  });

  it('are damaged when an ACL cannot be read', () => {
    expect(() => readExtended(new Map([['SCHILY.acl.access', Buffer.from('user:lisa:r--')]]))).toThrow(
      'an ACL',
    );
  });

  it('name inode flags with commas', () => {
    const { keyword, value } = flagsRecord(['immutable', 'nodump']);
    expect(readExtended(new Map([[keyword, Buffer.from(value)]])).flags).toBe('immutable,nodump');
  });
});
