import type { EntryStat } from '../../native/statx.ts';

export type InodeStat = Pick<EntryStat, 'dev' | 'ino' | 'nlink'>;

/** Numbers of 32 bits that the table has for each inode. */
const FIELDS = 5;
const [INODE_LOW, INODE_HIGH, DEVICE, NAMES_LEFT, VALUE] = [0, 1, 2, 3, 4];
const SLOTS_AT_FIRST = 64;
/** Half empty, so that an inode is found or missed after few looks. */
const FULL_MAX = 0.5;

/** What was remembered of an inode, and whether none of its names is left to ask for it. */
export interface Remembered {
  readonly value: number;
  readonly isLast: boolean;
}

/**
 * A number for each inode with several names that were not all seen; it is forgotten when as many names were seen as the
 * inode has. A backup may have to remember one for every second file of a tree, so they lie in one piece of memory, at 20
 * bytes each: a table with open addressing, where an inode stands in the first free slot from the one its hash names.
 */
export class LinkedInodes {
  #table = new Uint32Array(SLOTS_AT_FIRST * FIELDS);
  #slots = SLOTS_AT_FIRST;
  #used = 0;
  /** Devices by the numbers that stand for them in the table; an empty slot has 0. */
  readonly #devices = new Map<bigint, number>();

  /** How many inodes are remembered. */
  get size(): number {
    return this.#used;
  }

  /** What another name of this inode left; undefined when this is the first. Ask once for each name. */
  take(stat: InodeStat): Remembered | undefined {
    if (stat.nlink <= 1) return undefined;
    const slot = this.#slotOf(stat);
    if (!this.#isUsed(slot)) return undefined;
    const value = this.#get(slot, VALUE);
    const namesLeft = this.#get(slot, NAMES_LEFT) - 1;
    if (namesLeft === 0) this.#remove(slot);
    else this.#table[slot * FIELDS + NAMES_LEFT] = namesLeft;
    return { value, isLast: namesLeft === 0 };
  }

  /** @param value 32 bits, unsigned */
  remember(stat: InodeStat, value: number): void {
    if (stat.nlink <= 1) return;
    if (this.#used + 1 > this.#slots * FULL_MAX) this.#grow();
    const slot = this.#slotOf(stat);
    if (!this.#isUsed(slot)) this.#used += 1;
    const fields = [...this.#keyOf(stat), stat.nlink - 1, value];
    this.#table.set(fields, slot * FIELDS);
  }

  #keyOf({ ino, dev }: InodeStat): [low: number, high: number, device: number] {
    let device = this.#devices.get(dev);
    if (device === undefined) this.#devices.set(dev, (device = this.#devices.size + 1));
    return [Number(BigInt.asUintN(32, ino)), Number(BigInt.asUintN(32, ino >> 32n)), device];
  }

  /** Where the inode stands, or would. */
  #slotOf(stat: InodeStat): number {
    const [low, high, device] = this.#keyOf(stat);
    let slot = this.#home(low, high, device);
    while (
      this.#isUsed(slot) &&
      (this.#get(slot, INODE_LOW) !== low ||
        this.#get(slot, INODE_HIGH) !== high ||
        this.#get(slot, DEVICE) !== device)
    ) {
      slot = this.#after(slot);
    }
    return slot;
  }

  #home(low: number, high: number, device: number): number {
    let hash = Math.imul(low ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(device, 0xc2b2ae35), 0x9e3779b1);
    hash ^= hash >>> 15;
    return hash & (this.#slots - 1);
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots - 1);
  }

  #isUsed(slot: number): boolean {
    return this.#get(slot, DEVICE) !== 0;
  }

  #get(slot: number, field: number): number {
    return this.#table[slot * FIELDS + field] ?? 0;
  }

  /** Moves what follows up into the gap, as far as it would not be found behind it. */
  #remove(slot: number): void {
    let gap = slot;
    for (let next = this.#after(gap); this.#isUsed(next); next = this.#after(next)) {
      const home = this.#homeOfSlot(next);
      const [fromHome, fromGap] = [next - home, next - gap].map((steps) => steps & (this.#slots - 1));
      if ((fromHome ?? 0) < (fromGap ?? 0)) continue;
      this.#table.copyWithin(gap * FIELDS, next * FIELDS, (next + 1) * FIELDS);
      gap = next;
    }
    this.#table.fill(0, gap * FIELDS, (gap + 1) * FIELDS);
    this.#used -= 1;
  }

  #homeOfSlot(slot: number): number {
    return this.#home(this.#get(slot, INODE_LOW), this.#get(slot, INODE_HIGH), this.#get(slot, DEVICE));
  }

  #grow(): void {
    const [old, oldSlots] = [this.#table, this.#slots];
    this.#slots = oldSlots * 2;
    this.#table = new Uint32Array(this.#slots * FIELDS);
    for (let at = 0; at < old.length; at += FIELDS) {
      const [low = 0, high = 0, device = 0] = old.subarray(at, at + FIELDS);
      if (device === 0) continue;
      let slot = this.#home(low, high, device);
      while (this.#isUsed(slot)) slot = this.#after(slot);
      this.#table.set(old.subarray(at, at + FIELDS), slot * FIELDS);
    }
  }
}
