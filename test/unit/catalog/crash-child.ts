import { openCatalog } from '../../../catalog/catalog.ts';
import { minute, recordsOf, Site } from './site.ts';

/**
 * A Director that is killed: writes report after report of a large job, one line on stdout for each that is in. Made by
 * crash.test.ts: node crash-child.ts FILE JOBID, where the catalog and the running job are there already.
 */
const [file = '', jobId = ''] = process.argv.slice(2);

using elsewhere = new Site();
const files = Array.from({ length: 60_000 }, (_, i) => ({
  path: `/d${Math.floor(i / 50)}/f${i}`,
  size: 100,
}));
const reports = elsewhere.reportsOf(recordsOf(files));
await using catalog = await openCatalog(file);
for (const { durable } of reports) {
  await catalog.addDurable({ jobId: Number(jobId), mediaId: 1, durable, at: minute(2) });
  process.stdout.write('in\n');
}
