import path from 'node:path';
import { expect, test } from 'vitest';
import { openCatalog } from '../../../../catalog/catalog.ts';
import type { CounterResource } from '../../../../configuration/director-conf.ts';
import { labelValue } from '../../../../director/jobs/label-values.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

test('a Counter keeps its value in the catalog, wraps, and counts up its Wrap Counter', async () => {
  using directory = temporaryDirectory();
  const file = path.join(directory.path, 'c.db');
  const years = { name: 'Years', minimum: 1, maximum: 99 } as CounterResource;
  const months = { name: 'Months', minimum: 11, maximum: 12, wrapCounter: years } as CounterResource;
  const counted: string[] = [];
  for (let run = 0; run < 3; run++) {
    await using catalog = await openCatalog(file);
    const facts = {
      job: {
        ...{ jobId: 1, name: 'Backup', job: 'Backup.1', type: 'Backup', level: 'Full' },
        ...{ clientName: 'c', storageName: 's', catalogName: 'k' },
      },
      ...{ directorName: 'd', mediaType: 'File', now: new Date(), catalog, pool: { name: 'p', numVols: 2 } },
      counters: [months, years],
      environment: process.env,
    };
    const value = (name: string, use: 'value' | 'count up') => labelValue(name, use, facts);
    counted.push(`${await value('Years', 'value')}/${await value('Months', 'count up')}`);
    expect(await value('PATH', 'value')).toBe(process.env.PATH);
    expect(await value('Nothing', 'count up')).toBeUndefined();
    await expect(value('PATH', 'count up')).rejects.toThrow('"PATH" is no Counter');
  }
  expect(counted).toEqual(['1/11', '1/12', '2/11']);
});

test.each([
  ['Year', '2026'],
  ['Month', '3'],
  ['Day', '5'],
  ['Hour', '4'],
  ['Minute', '7'],
  ['Second', '9'],
  ['WeekDay', '4'],
  ['Job', 'Backup'],
  ['JobName', 'Backup.2026-03-05_04.07.09_01'],
  ['JobId', '12'],
  ['Dir', 'main-dir'],
  ['Level', 'Full'],
  ['Type', 'Backup'],
  ['Client', 'desk-fd'],
  ['Pool', 'Fulls'],
  ['NumVols', '2'],
  ['Storage', 'File1'],
  ['Catalog', 'MyCatalog'],
  ['MediaType', 'File'],
  ['FROM_ENVIRONMENT', 'set'],
  ['Shadowed', '40'],
])(
  'a Label Format may have ${%s}: first the words of Bacula, then Counters, then the environment',
  async (name, value) => {
    const counters = ['Year', 'Shadowed'].map((one) => ({
      name: one,
      minimum: 40,
      maximum: 50,
    })) as CounterResource[];
    const facts = {
      job: {
        ...{ jobId: 12, name: 'Backup', job: 'Backup.2026-03-05_04.07.09_01', type: 'Backup', level: 'Full' },
        ...{ clientName: 'desk-fd', storageName: 'File1', catalogName: 'MyCatalog' },
      },
      ...{ directorName: 'main-dir', mediaType: 'File', now: new Date(2026, 2, 5, 4, 7, 9) },
      pool: { name: 'Fulls', numVols: 2 },
      counters,
      catalog: { counterValue: async ({ counter }: { counter: { minimum: number } }) => counter.minimum },
      environment: { FROM_ENVIRONMENT: 'set', Shadowed: 'of the environment', Month: 'of the environment' },
    };
    expect(await labelValue(name, 'value', facts)).toBe(value);
  },
);
