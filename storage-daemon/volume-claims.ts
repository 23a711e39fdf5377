/**
 * Who uses which volume file now, so that nobody writes beside another or overwrites what is being read.
 * Reading and appending go together: an append only touches what lies behind the finished sessions.
 */
export type VolumeUse = 'read' | 'append' | 'overwrite';

/** Held until it is disposed of; twice is once. */
export interface VolumeClaim extends Disposable {
  /** The overwriting is done: from now on the volume is appended to. */
  becomeAppend(): void;
}

export class VolumeClaims {
  readonly #uses = new Map<string, Set<{ use: VolumeUse }>>();

  /** Undefined when another use of this file forbids this one. */
  claim(path: string, use: VolumeUse): VolumeClaim | undefined {
    const uses = this.#uses.get(path) ?? new Set();
    if ([...uses].some((other) => !goTogether(use, other.use))) return undefined;
    const entry = { use };
    this.#uses.set(path, uses.add(entry));
    return {
      becomeAppend: () => void (entry.use = 'append'),
      [Symbol.dispose]: () => {
        uses.delete(entry);
        if (uses.size === 0 && this.#uses.get(path) === uses) this.#uses.delete(path);
      },
    };
  }
}

function goTogether(one: VolumeUse, other: VolumeUse): boolean {
  if (one === 'overwrite' || other === 'overwrite') return false;
  return one === 'read' || other === 'read';
}
