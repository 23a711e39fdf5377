import { directive, notYet } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { integer } from '../values/numbers.ts';
import { speed } from '../values/size.ts';
import { string } from '../values/text.ts';
import { NAMING } from './naming.ts';

const DAYS = 86_400;
const CLOUD = notYet('volumes lie in directories only');

/** Object storage. */
export const CLOUD_STORAGE = {
  ...NAMING,
  driver: directive(
    'Driver',
    oneOf(['S3', 'File', 'Amazon', 'Azure', 'Google', 'Oracle', 'Swift', 'Generic']),
    { required: true, status: CLOUD, help: 'Kind of cloud' },
  ),
  hostName: directive('Host Name', string, { required: true, status: CLOUD, help: 'Server' }),
  bucketName: directive('Bucket Name', string, { required: true, status: CLOUD, help: 'Bucket' }),
  region: directive('Region', string, { status: CLOUD, help: 'Region of the bucket' }),
  accessKey: directive('Access Key', string, { required: true, status: CLOUD, help: 'Name of the key' }),
  secretKey: directive('Secret Key', string, { required: true, status: CLOUD, help: 'The key' }),
  protocol: directive('Protocol', oneOf(['HTTPS', 'HTTP']), {
    default: 'HTTPS',
    status: CLOUD,
    help: 'Protocol',
  }),
  uriStyle: directive('Uri Style', oneOf(['VirtualHost', 'Path']), {
    default: 'VirtualHost',
    status: CLOUD,
    help: 'Where the bucket stands in addresses',
  }),
  upload: directive('Upload', oneOf(['Manual', 'No', 'EachPart', 'AtEndOfJob']), {
    default: 'Manual',
    status: CLOUD,
    help: 'When parts are sent',
  }),
  truncateCache: directive('Truncate Cache', oneOf(['No', 'AfterUpload', 'AtEndOfJob']), {
    default: 'No',
    status: CLOUD,
    help: 'When the cache is emptied',
  }),
  maximumConcurrentUploads: directive('Maximum Concurrent Uploads', integer, {
    default: 3,
    status: CLOUD,
    help: 'Parts sent at once',
  }),
  maximumConcurrentDownloads: directive('Maximum Concurrent Downloads', integer, {
    default: 3,
    status: CLOUD,
    help: 'Parts fetched at once',
  }),
  maximumUploadBandwidth: directive('Maximum Upload Bandwidth', speed, {
    status: CLOUD,
    help: 'Limit for sending',
  }),
  maximumDownloadBandwidth: directive('Maximum Download Bandwidth', speed, {
    status: CLOUD,
    help: 'Limit for fetching',
  }),
  transferPriority: directive('Transfer Priority', oneOf(['High', 'Medium', 'Low']), {
    default: 'High',
    status: CLOUD,
    help: 'Priority of retrieval from cold storage',
  }),
  transferRetention: directive('Transfer Retention', duration, {
    default: 5 * DAYS,
    status: CLOUD,
    help: 'How long retrieved data stays',
  }),
  driverCommand: directive('Driver Command', string, { status: CLOUD, help: 'Program of the driver' }),
  blobEndpoint: directive('Blob Endpoint', string, { status: CLOUD, help: 'Azure: address' }),
  fileEndpoint: directive('File Endpoint', string, { status: CLOUD, help: 'Azure: address' }),
  queueEndpoint: directive('Queue Endpoint', string, { status: CLOUD, help: 'Azure: address' }),
  tableEndpoint: directive('Table Endpoint', string, { status: CLOUD, help: 'Azure: address' }),
  endpointSuffix: directive('Endpoint Suffix', string, { status: CLOUD, help: 'Azure: end of addresses' }),
};
