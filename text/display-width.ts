/**
 * How many columns of a terminal a text takes: East Asian wide characters and emoji take two, combining marks none.
 * For text without control characters, such as `printablePath` gives.
 */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** The text in exactly so many columns: filled with blanks, or cut, and `…` in place of what was cut off. */
export function fitted(text: string, columns: number, cut: 'end' | 'start' = 'end'): string {
  const width = displayWidth(text);
  if (width <= columns) return text + ' '.repeat(columns - width);
  if (columns <= 0) return '';
  const characters = [...text];
  if (cut === 'start') characters.reverse();
  const kept: string[] = [];
  let room = columns - 1;
  for (const character of characters) {
    room -= widthOf(character);
    if (room < 0) {
      room += widthOf(character);
      break;
    }
    kept.push(character);
  }
  const blanks = ' '.repeat(room);
  return cut === 'start' ? `…${kept.reverse().join('')}${blanks}` : `${kept.join('')}…${blanks}`;
}

const NARROW = /^[\x20-\x7e\u00a0-\u02ff]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Blocks of East Asian wide characters (Unicode Standard Annex 11), and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function widthOf(character: string): number {
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
