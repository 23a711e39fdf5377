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
