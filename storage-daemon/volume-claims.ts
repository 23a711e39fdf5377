/**
 * Who uses which volume file now, so that nobody writes beside another or overwrites what is being read.
 * Reading and appending go together: an append only touches what lies behind the finished sessions.
 */
export type VolumeUse = 'read' | 'append' | 'overwrite';

export class VolumeClaims {
  readonly #uses = new Map<string, VolumeUse[]>();

  /** Undefined when another use of this file forbids this one; else hold it until it is disposed of. */
  claim(path: string, use: VolumeUse): Disposable | undefined {
    const uses = this.#uses.get(path) ?? [];
    if (uses.some((other) => !goTogether(use, other))) return undefined;
    this.#uses.set(path, [...uses, use]);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#release(path, use);
        isHeld = false;
      },
    };
  }

  #release(path: string, use: VolumeUse): void {
    const uses = this.#uses.get(path) ?? [];
    const rest = uses.toSpliced(uses.indexOf(use), 1);
    if (rest.length > 0) this.#uses.set(path, rest);
    else this.#uses.delete(path);
  }
}

function goTogether(one: VolumeUse, other: VolumeUse): boolean {
  if (one === 'overwrite' || other === 'overwrite') return false;
  return one === 'read' || other === 'read';
}
