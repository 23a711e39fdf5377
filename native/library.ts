import { createRequire } from 'node:module';
import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../errors/operator-error.ts';

type Koffi = typeof import('koffi');
export type NativeFunction = (...parameters: unknown[]) => unknown;

export type AsyncNativeFunction = (...parameters: unknown[]) => Promise<unknown>;

/**
 * The C library of this process, or another one of the system, by koffi. Each file beside this one binds what it needs
 * of it, once.
 */
export class NativeLibrary {
  readonly #koffi: Koffi;
  readonly #library: ReturnType<Koffi['load']>;

  constructor(koffi: Koffi, library = koffi.load(null)) {
    this.#koffi = koffi;
    this.#library = library;
  }

  /** Another library of the system, or undefined where it is not installed. */
  open(name: string): NativeLibrary | undefined {
    try {
      return new NativeLibrary(this.#koffi, this.#koffi.load(name));
    } catch {
      return undefined;
    }
  }

  /** A function by its C prototype. There is no `ssize_t` (take `long`); buffers and paths are `const void *`. */
  func(prototype: string): NativeFunction {
    return this.#library.func(prototype);
  }

  /** As `func`, but the call runs on libuv's pool. Its buffers must stay as they are meanwhile. */
  asyncFunc(prototype: string): AsyncNativeFunction {
    const { async: call } = this.#library.func(prototype);
    return (...parameters) =>
      new Promise((resolve, reject) => {
        call(...parameters, (error: Error | null, result: unknown) =>
          error === null ? resolve(result) : reject(error),
        );
      });
  }

  /** As `func`, or undefined where this C library has no such function. */
  optional(prototype: string): NativeFunction | undefined {
    try {
      return this.#library.func(prototype);
    } catch {
      return undefined;
    }
  }

  /**
   * Calls a function that answers -1 and sets errno when it fails; gives its result.
   * @throws Error as those of `node:fs`, with code, errno and syscall.
   */
  call(syscall: string, native: NativeFunction, ...parameters: unknown[]): number {
    const result = Number(native(...parameters));
    if (result !== -1) return result;
    const errno = -this.#koffi.errno();
    const [code, text] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', `error ${errno}`];
    throw Object.assign(new Error(`${code}: ${text}, ${syscall}`), { code, errno, syscall });
  }
}

let loaded: { library: NativeLibrary } | { problem: string } | undefined;

/** The library, or undefined where koffi does not work: see `nativeProblem`. */
export function nativeLibrary(): NativeLibrary | undefined {
  loaded ??= load();
  return 'library' in loaded ? loaded.library : undefined;
}

/** Undefined when all is well; else why there is none, to be completed by what cannot be done without it. */
export function nativeProblem(): string | undefined {
  loaded ??= load();
  return 'library' in loaded ? undefined : `The native library koffi cannot be used (${loaded.problem})`;
}

function load(): { library: NativeLibrary } | { problem: string } {
  try {
    // Required here and not imported above: its binary part may be missing for this machine.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    if (koffi.sizeof('long') !== 8) throw new Error('it is known to work on 64-bit machines only');
    return { library: new NativeLibrary(koffi) };
  } catch (error) {
    return { problem: messageOf(error).split('\n')[0] ?? '' };
  }
}

/**
 * Binds functions once, at the first use: the result is undefined where there is no native library.
 */
export function bindOnce<T>(bind: (library: NativeLibrary) => T): () => T | undefined {
  let bound: { readonly value: T | undefined } | undefined;
  return () => {
    if (bound === undefined) {
      const library = nativeLibrary();
      bound = { value: library === undefined ? undefined : bind(library) };
    }
    return bound.value;
  };
}

/** The bytes with the zero that ends a C string. */
export function cString(bytes: Uint8Array): Buffer {
  const terminated = Buffer.allocUnsafe(bytes.length + 1);
  terminated.set(bytes);
  terminated[bytes.length] = 0;
  return terminated;
}
