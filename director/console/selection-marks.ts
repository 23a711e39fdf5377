import type { SelectionRule } from '../services.ts';

interface Mark {
  /** Of the entry itself. */
  own?: boolean;
  /** Of what lies below it, unless a mark nearer to that says otherwise. */
  below?: boolean;
}

/**
 * Which files of a tree are selected, as a few marks instead of a bit for each of millions of files: an entry is what
 * its own mark says, else what the nearest directory above says of all below it, else not selected.
 *
 * Paths are absolute bytes; a directory ends in '/'.
 */
export class SelectionMarks {
  /** By the path in latin1, which keeps bytes apart and prefixes together. */
  readonly #marks = new Map<string, Mark>();

  /** Marks or unmarks an entry; a directory with all that lies below it. */
  set(path: Buffer, marked: boolean): void {
    const key = keyOf(path);
    if (!isDirectory(key)) return this.#setOwn(key, marked);
    this.#forgetBelow(key);
    this.#marks.delete(key);
    if (this.#inherited(key) !== marked) this.#marks.set(key, { below: marked });
  }

  /** Marks or unmarks all that lies below a directory, and leaves the directory's own entry as it is. */
  setBelow(directory: Buffer, marked: boolean): void {
    const own = this.isMarked(directory);
    this.set(directory, marked);
    this.#setOwn(keyOf(directory), own);
  }

  /** Marks or unmarks a directory's own entry, and leaves what lies below it as it is. */
  setOwn(directory: Buffer, marked: boolean): void {
    this.#setOwn(keyOf(directory), marked);
  }

  isMarked(path: Buffer): boolean {
    const key = keyOf(path);
    const mark = this.#marks.get(key);
    return mark?.own ?? mark?.below ?? this.#inherited(key);
  }

  /** Whether something below the directory may be selected. */
  mayHaveMarkedBelow(directory: Buffer): boolean {
    const key = keyOf(directory);
    if (this.#marks.get(key)?.below ?? this.#inherited(key)) return true;
    for (const [other, { own, below }] of this.#marks) {
      if ((own || below) && other !== key && other.startsWith(key)) return true;
    }
    return false;
  }

  /** The marks as rules, with shorter paths first. */
  rules(): SelectionRule[] {
    const keys = [...this.#marks.keys()].sort((a, b) => a.length - b.length);
    return keys.flatMap((key) => {
      const path = Buffer.from(key, 'latin1');
      const { own, below } = this.#marks.get(key)!;
      const rules: SelectionRule[] = [];
      if (below !== undefined) rules.push({ path, recursive: true, marked: below });
      if (own !== undefined) rules.push({ path, recursive: false, marked: own });
      return rules;
    });
  }

  #setOwn(key: string, marked: boolean): void {
    const { below } = this.#marks.get(key) ?? {};
    if ((below ?? this.#inherited(key)) !== marked)
      this.#marks.set(key, { ...(below !== undefined && { below }), own: marked });
    else if (below === undefined) this.#marks.delete(key);
    else this.#marks.set(key, { below });
  }

  /** What the directories above say. */
  #inherited(key: string): boolean {
    let end = isDirectory(key) ? key.length - 1 : key.length;
    while (end > 0) {
      end = key.lastIndexOf('/', end - 1) + 1;
      const below = this.#marks.get(key.slice(0, end))?.below;
      if (below !== undefined) return below;
      end -= 1;
    }
    return false;
  }

  #forgetBelow(key: string): void {
    for (const other of this.#marks.keys()) {
      if (other !== key && other.startsWith(key)) this.#marks.delete(other);
    }
  }
}

function keyOf(path: Buffer): string {
  return path.toString('latin1');
}

function isDirectory(key: string): boolean {
  return key.endsWith('/');
}
