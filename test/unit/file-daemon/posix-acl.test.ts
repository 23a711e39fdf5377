import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aclFromText, aclToText } from '../../../file-daemon/tar/posix-acl.ts';

const id = fc.integer({ min: 0, max: 0xffff_fffe });
const permissions = fc.integer({ min: 0, max: 7 });
const entry = fc.oneof(
  fc.tuple(fc.constantFrom(0x01, 0x04, 0x10, 0x20), permissions, fc.constant(0xffff_ffff)),
  fc.tuple(fc.constantFrom(0x02, 0x08), permissions, id),
);

function binary(entries: readonly (readonly [number, number, number])[]): Buffer {
  const acl = Buffer.alloc(4 + 8 * entries.length);
  acl.writeUInt32LE(2);
  entries.forEach(([tag, bits, qualifier], index) => {
    acl.writeUInt16LE(tag, 4 + 8 * index);
    acl.writeUInt16LE(bits, 6 + 8 * index);
    acl.writeUInt32LE(qualifier, 8 + 8 * index);
  });
  return acl;
}

describe('an ACL', () => {
  it('is the same after its way through the text', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const acl = binary(entries);
        expect(aclFromText(aclToText(acl)!)).toEqual(acl);
      }),
    );
  });

  it('reads as setfacl writes it', () => {
    const acl = binary([
      [0x01, 6, 0xffff_ffff],
      [0x02, 4, 1000],
      [0x04, 4, 0xffff_ffff],
      [0x08, 5, 50],
      [0x10, 5, 0xffff_ffff],
      [0x20, 0, 0xffff_ffff],
    ]);
    expect(aclToText(acl)).toBe('user::rw-,user:1000:r--,group::r--,group:50:r-x,mask::r-x,other::---');
  });

  it('is understood in the long form of GNU tar and star', () => {
    const text = 'user::rwx\nu:1000:r-x:1000\ngroup::r-x\nmask::r-x\nother::r-x\n';
    expect(aclToText(aclFromText(text)!)).toBe('user::rwx,user:1000:r-x,group::r-x,mask::r-x,other::r-x');
  });

  it('that is none is not taken for one', () => {
    expect(aclToText(Buffer.from([3, 0, 0, 0]))).toBeUndefined();
    expect(aclToText(Buffer.alloc(7))).toBeUndefined();
    expect(aclToText(binary([[0x40, 7, 0]]))).toBeUndefined();
    expect(aclToText(binary([[0x01, 8, 0]]))).toBeUndefined();
    expect(aclToText(binary([[0x02, 7, 0xffff_ffff]]))).toBeUndefined();
    for (const text of ['user:lisa:r--', 'user::rwz', 'nobody::r--', 'user:4294967295:r--']) {
      expect(aclFromText(text)).toBeUndefined();
    }
  });
});
