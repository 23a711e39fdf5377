import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SelectionMarks } from '../../../../director/console/selection-marks.ts';

const TREE = ['/', '/a/', '/a/b/', '/a/b/x', '/a/b/y', '/a/z', '/a/bb/', '/a/bb/w', '/c/', '/c/d/', '/c/d/e'];
const DIRECTORIES = TREE.filter((path) => path.endsWith('/'));

/** The same, kept as a bit for each file. */
class MarkedFiles {
  readonly marked = new Set<string>();
  set(path: string, marked: boolean): void {
    for (const one of TREE) {
      if (one === path || (path.endsWith('/') && one.startsWith(path))) this.setOwn(one, marked);
    }
  }
  setBelow(directory: string, marked: boolean): void {
    for (const one of TREE) if (one !== directory && one.startsWith(directory)) this.setOwn(one, marked);
  }
  setOwn(path: string, marked: boolean): void {
    if (marked) this.marked.add(path);
    else this.marked.delete(path);
  }
}

const step = fc.oneof(
  fc.record({ way: fc.constant('set' as const), path: fc.constantFrom(...TREE), marked: fc.boolean() }),
  fc.record({
    way: fc.constantFrom('setBelow' as const, 'setOwn' as const),
    path: fc.constantFrom(...DIRECTORIES),
    marked: fc.boolean(),
  }),
);

describe('selection marks', () => {
  it('select the same files as a bit for each file would, after any marking', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const marks = new SelectionMarks();
        const files = new MarkedFiles();
        for (const { way, path, marked } of steps) {
          marks[way](Buffer.from(path), marked);
          files[way](path, marked);
        }
        expect(TREE.filter((path) => marks.isMarked(Buffer.from(path)))).toEqual(
          TREE.filter((path) => files.marked.has(path)),
        );
        for (const directory of DIRECTORIES) {
          const some = TREE.some(
            (path) => path !== directory && path.startsWith(directory) && files.marked.has(path),
          );
          // May be true for nothing, as when all that is below was unmarked one by one; never false for something.
          if (some) expect(marks.mayHaveMarkedBelow(Buffer.from(directory))).toBe(true);
        }
      }),
    );
  });

  it('become few rules, however much was marked and unmarked', () => {
    const marks = new SelectionMarks();
    for (const path of TREE) marks.set(Buffer.from(path), true);
    marks.set(Buffer.from('/'), true);
    marks.set(Buffer.from('/a/b/'), false);
    marks.set(Buffer.from('/a/b/x'), true);
    expect(marks.rules().map(({ path, ...rest }) => ({ path: path.toString(), ...rest }))).toEqual([
      { path: '/', recursive: true, marked: true },
      { path: '/a/b/', recursive: true, marked: false },
      { path: '/a/b/x', recursive: false, marked: true },
    ]);
    marks.set(Buffer.from('/'), false);
    expect(marks.rules()).toEqual([]);
  });

  it('keep names apart that are no text', () => {
    const marks = new SelectionMarks();
    marks.set(Buffer.from([0x2f, 0xff]), true);
    expect(marks.isMarked(Buffer.from([0x2f, 0xfe]))).toBe(false);
    expect(marks.rules()[0]?.path).toEqual(Buffer.from([0x2f, 0xff]));
  });
});
