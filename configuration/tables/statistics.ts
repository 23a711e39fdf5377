import { directive } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { stringList } from '../values/list.ts';
import { integer, port, yesNo } from '../values/numbers.ts';
import { size } from '../values/size.ts';
import { path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';

/** Numbers about the daemon, sent away regularly. */
export const STATISTICS = {
  ...NAMING,
  type: directive('Type', oneOf(['CSV', 'Graphite']), {
    required: true,
    help: 'Into a file, or to a Graphite server',
  }),
  interval: directive('Interval', duration, { default: 300, help: 'How often' }),
  prefix: directive('Prefix', string, { help: 'Text before the name of each metric' }),
  metrics: directive('Metrics', stringList, { help: 'Patterns of metrics (default: all)' }),
  host: directive('Host', string, { help: 'Graphite: the server' }),
  port: directive('Port', port, { help: 'Graphite: its port' }),
  file: directive('File', path, { help: 'CSV: the file' }),
  mangleMetric: directive('Mangle Metric', yesNo, {
    default: false,
    help: 'Change characters that Graphite does not like',
  }),
};

/** Limits for a group of clients. */
export const TENANT = {
  ...NAMING,
  maximumVolumeBytes: directive('Maximum Volume Bytes', size, { help: 'Space it may use' }),
  warningVolumeBytes: directive('Warning Volume Bytes', size, { help: 'Space to warn at' }),
  maximumClients: directive('Maximum Clients', integer, { help: 'Clients it may have' }),
  maximumJobs: directive('Maximum Jobs', integer, { help: 'Jobs it may have' }),
  maximumStorages: directive('Maximum Storages', integer, { help: 'Storages it may have' }),
  isolated: directive('Isolated', yesNo, { help: 'It sees nothing of others' }),
  enabled: directive('Enabled', yesNo, { help: 'No: its jobs do not run' }),
};
