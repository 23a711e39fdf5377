import { directive, notYet } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { stringList } from '../values/list.ts';
import { integer, port, yesNo } from '../values/numbers.ts';
import { size } from '../values/size.ts';
import { path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';

const METRICS = notYet('metrics are not collected yet');
const TENANTS = notYet('there are no tenants');

/** Numbers about the daemon, sent away regularly. */
export const STATISTICS = {
  ...NAMING,
  type: directive('Type', oneOf(['CSV', 'Graphite']), {
    required: true,
    status: METRICS,
    help: 'Into a file, or to a Graphite server',
  }),
  interval: directive('Interval', duration, { default: 300, status: METRICS, help: 'How often' }),
  prefix: directive('Prefix', string, { status: METRICS, help: 'Text before the name of each metric' }),
  metrics: directive('Metrics', stringList, { status: METRICS, help: 'Patterns of metrics (default: all)' }),
  host: directive('Host', string, { status: METRICS, help: 'Graphite: the server' }),
  port: directive('Port', port, { status: METRICS, help: 'Graphite: its port' }),
  file: directive('File', path, { status: METRICS, help: 'CSV: the file' }),
  mangleMetric: directive('Mangle Metric', yesNo, {
    default: false,
    status: METRICS,
    help: 'Change characters that Graphite does not like',
  }),
};

/** Limits for a group of clients. */
export const TENANT = {
  ...NAMING,
  maximumVolumeBytes: directive('Maximum Volume Bytes', size, { status: TENANTS, help: 'Space it may use' }),
  warningVolumeBytes: directive('Warning Volume Bytes', size, { status: TENANTS, help: 'Space to warn at' }),
  maximumClients: directive('Maximum Clients', integer, { status: TENANTS, help: 'Clients it may have' }),
  maximumJobs: directive('Maximum Jobs', integer, { status: TENANTS, help: 'Jobs it may have' }),
  maximumStorages: directive('Maximum Storages', integer, { status: TENANTS, help: 'Storages it may have' }),
  isolated: directive('Isolated', yesNo, { status: TENANTS, help: 'It sees nothing of others' }),
  enabled: directive('Enabled', yesNo, { status: TENANTS, help: 'No: its jobs do not run' }),
};
