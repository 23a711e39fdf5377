import { describe, expect, it } from 'vitest';
import { goesToDirector } from '../../../configuration/messages-to-director.ts';
import type { Destination, MessageType } from '../../../configuration/values/destination.ts';

const line = (directorName: string, ...types: MessageType[]): Destination => ({
  kind: 'director',
  where: [directorName],
  types: new Set(types),
});

describe('the Messages resource of a client or storage daemon', () => {
  it.each<[title: string, Destination[], sent: MessageType[]]>([
    ['without a line for the Director keeps nothing from it', [], ['Info', 'Skipped', 'Mount']],
    [
      'gives it the list of restored files only when its line names them',
      [line('main-dir', 'Restored')],
      ['Restored'],
    ],
    ['asks for a line of its own for each Director', [line('other-dir')], ['Info', 'Skipped', 'Mount']],
    ['sends the types that the line of the Director names', [line('main-dir', 'Info')], ['Info']],
    [
      'adds up several lines for one Director',
      [line('main-dir', 'Mount'), line('main-dir', 'Skipped')],
      ['Skipped', 'Mount'],
    ],
    ['never keeps back what the status of the job depends on', [line('main-dir')], []],
  ])('%s', (_, destinations, optional) => {
    const types: MessageType[] = [
      ...(['Info', 'Skipped', 'Mount', 'Restored'] as const),
      ...(['Warning', 'Error', 'Fatal', 'NotSaved'] as const),
    ];
    const sent = types.filter((type) => goesToDirector(type, 'main-dir', destinations));
    expect(sent).toEqual([...optional, 'Warning', 'Error', 'Fatal', 'NotSaved']);
  });
});
