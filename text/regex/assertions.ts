import { WORD_BYTES, type RegexAssertion } from './regex-syntax.ts';

/** What lies on one side of a place in a text: an end of the text, a byte of a word, or another byte. */
export type Side = 'edge' | 'word' | 'other';

export function sideOf(byte: number): Side {
  return WORD_BYTES[byte] === 1 ? 'word' : 'other';
}

export function holds(assertion: RegexAssertion, before: Side, after: Side): boolean {
  const isEdge = (before === 'word') !== (after === 'word');
  switch (assertion) {
    case 'start':
      return before === 'edge';
    case 'end':
      return after === 'edge';
    case 'word edge':
      return isEdge;
    case 'no word edge':
      return !isEdge;
    case 'word start':
      return isEdge && after === 'word';
    case 'word end':
      return isEdge && before === 'word';
  }
}
