import { createHash, hash } from 'node:crypto';
import { DigestAlgorithm } from '../proto/noctule/record/v1/file_record.ts';

/** The name under which `node:crypto` knows the algorithm; undefined when there is none to compute. */
function cryptoName(algorithm: DigestAlgorithm): string | undefined {
  switch (algorithm) {
    case DigestAlgorithm.MD5:
      return 'md5';
    case DigestAlgorithm.SHA1:
      return 'sha1';
    case DigestAlgorithm.SHA256:
      return 'sha256';
    case DigestAlgorithm.SHA512:
      return 'sha512';
    default:
      return undefined;
  }
}

const NO_DIGEST: Buffer = Buffer.alloc(0);
/** Made when the first hole is met. */
let zeros: Buffer | undefined;
const ZEROS_BYTES = 256 * 1024;

/** The digest of content that lies in memory whole: half the cost of ContentDigest for a small file. */
export function digestOf(algorithm: DigestAlgorithm, content: Uint8Array): Buffer {
  const name = cryptoName(algorithm);
  // A Buffer asked for here has memory of its own, which takes longer to make than the digest.
  return name === undefined ? NO_DIGEST : Buffer.from(hash(name, content, 'binary'), 'latin1');
}

/** The digest of content that comes in pieces; empty when no algorithm is asked for. */
export class ContentDigest {
  readonly #hash;

  constructor(algorithm: DigestAlgorithm) {
    const name = cryptoName(algorithm);
    this.#hash = name === undefined ? undefined : createHash(name);
  }

  update(piece: Uint8Array): void {
    this.#hash?.update(piece);
  }

  /** What a hole of the file reads as. */
  updateZeros(bytes: number): void {
    if (this.#hash === undefined) return;
    zeros ??= Buffer.alloc(ZEROS_BYTES);
    for (let left = bytes; left > 0; left -= ZEROS_BYTES) {
      this.#hash.update(left < ZEROS_BYTES ? zeros.subarray(0, left) : zeros);
    }
  }

  finish(): Buffer {
    return this.#hash?.digest() ?? NO_DIGEST;
  }
}
