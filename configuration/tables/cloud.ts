import { directive } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { integer } from '../values/numbers.ts';
import { speed } from '../values/size.ts';
import { string } from '../values/text.ts';
import { NAMING } from './naming.ts';

const DAYS = 86_400;

/** Object storage. */
export const CLOUD_STORAGE = {
  ...NAMING,
  driver: directive(
    'Driver',
    oneOf(['S3', 'File', 'Amazon', 'Azure', 'Google', 'Oracle', 'Swift', 'Generic']),
    { required: true, help: 'Kind of cloud' },
  ),
  hostName: directive('Host Name', string, { required: true, help: 'Server' }),
  bucketName: directive('Bucket Name', string, { required: true, help: 'Bucket' }),
  region: directive('Region', string, { help: 'Region of the bucket' }),
  accessKey: directive('Access Key', string, { required: true, help: 'Name of the key' }),
  secretKey: directive('Secret Key', string, { required: true, help: 'The key' }),
  protocol: directive('Protocol', oneOf(['HTTPS', 'HTTP']), {
    default: 'HTTPS',
    help: 'Protocol',
  }),
  uriStyle: directive('Uri Style', oneOf(['VirtualHost', 'Path']), {
    default: 'VirtualHost',
    help: 'Where the bucket stands in addresses',
  }),
  upload: directive('Upload', oneOf(['Manual', 'No', 'EachPart', 'AtEndOfJob']), {
    default: 'Manual',
    help: 'When parts are sent',
  }),
  truncateCache: directive('Truncate Cache', oneOf(['No', 'AfterUpload', 'AtEndOfJob']), {
    default: 'No',
    help: 'When the cache is emptied',
  }),
  maximumConcurrentUploads: directive('Maximum Concurrent Uploads', integer, {
    default: 3,
    help: 'Parts sent at once',
  }),
  maximumConcurrentDownloads: directive('Maximum Concurrent Downloads', integer, {
    default: 3,
    help: 'Parts fetched at once',
  }),
  maximumUploadBandwidth: directive('Maximum Upload Bandwidth', speed, {
    help: 'Limit for sending',
  }),
  maximumDownloadBandwidth: directive('Maximum Download Bandwidth', speed, {
    help: 'Limit for fetching',
  }),
  transferPriority: directive('Transfer Priority', oneOf(['High', 'Medium', 'Low']), {
    default: 'High',
    help: 'Priority of retrieval from cold storage',
  }),
  transferRetention: directive('Transfer Retention', duration, {
    default: 5 * DAYS,
    help: 'How long retrieved data stays',
  }),
  driverCommand: directive('Driver Command', string, { help: 'Program of the driver' }),
  blobEndpoint: directive('Blob Endpoint', string, { help: 'Azure: address' }),
  fileEndpoint: directive('File Endpoint', string, { help: 'Azure: address' }),
  queueEndpoint: directive('Queue Endpoint', string, { help: 'Azure: address' }),
  tableEndpoint: directive('Table Endpoint', string, { help: 'Azure: address' }),
  endpointSuffix: directive('Endpoint Suffix', string, { help: 'Azure: end of addresses' }),
};
