import { describe, expect, it } from 'vitest';
import { displayWidth, fitted } from '../../../text/display-width.ts';

describe('the width of a text on a terminal', () => {
  it.each([
    ['report', 6],
    ['späce é', 7],
    ['日本語', 6],
    ['e\u0301', 1],
    ['😀.jpg', 6],
  ])('of %s is %d columns', (text, columns) => expect(displayWidth(text)).toBe(columns));

  it.each([
    ['report', 8, 'report  '],
    ['report', 4, 'rep…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日… '],
    ['report', 0, ''],
  ])('%s fills exactly %d columns', (text, columns, filled) => {
    expect(fitted(text, columns)).toBe(filled);
    expect(displayWidth(fitted(text, columns))).toBe(columns);
  });

  it('may be cut at the start, as the end of a path says more', () => {
    expect(fitted('/srv/demo/home/', 8, 'start')).toBe('…o/home/');
  });
});
