import { directive, noEffect, notYet, refused } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { integer, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { size } from '../values/size.ts';
import { directory, path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';

const MINUTES = 60;
const DAYS = 86_400;
const TAPE = noEffect('it is for tapes');
const DISC = noEffect('it is for removable discs');
const CLOUD = notYet('volumes lie in directories only');
const ENTERPRISE = noEffect('there are no aligned or deduplicated volumes');
const NO_SPOOL = noEffect('volumes on disk need no spooling');

const DISK = {
  mediaType: directive('Media Type', string, { required: true, help: "Equal to the Director's" }),
  archiveDevice: directive('Archive Device', directory, {
    required: true,
    help: 'Directory that holds the volumes',
  }),
  deviceType: directive(
    'Device Type',
    oneOf(['File', 'Tape', 'Fifo', 'VTape', 'Vtl', 'Aligned', 'Null', 'Cloud']),
    {
      help: 'File, also without it unless the Archive Device lies in /dev; jobs cannot use a Device of another kind',
    },
  ),
  labelMedia: directive('Label Media', yesNo, {
    default: false,
    help: 'Yes: new volumes are labelled by themselves; needed for automatic volumes',
  }),
  randomAccess: directive('Random Access', yesNo, {
    default: false,
    anyway: true,
    status: noEffect('directories always have it'),
    help: 'Yes for disk',
  }),
  automaticMount: directive('Automatic Mount', yesNo, {
    default: false,
    anyway: true,
    status: noEffect('directories are always mounted'),
    help: 'Open the device by itself',
  }),
  removableMedia: directive('Removable Media', yesNo, {
    default: true,
    anyway: false,
    status: noEffect('directories are not removed'),
    help: 'No for disk',
  }),
  alwaysOpen: directive('Always Open', yesNo, {
    default: true,
    anyway: false,
    status: noEffect('volumes are open only while they are used'),
    help: 'No for disk',
  }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', integer, {
    default: 0,
    help: 'Jobs at once, each on a volume of its own; 0 = no limit',
  }),
  maximumVolumeSize: directive('Maximum Volume Size', size, {
    default: 0,
    help: 'A volume on this device is full at this size; 0 = no limit',
  }),
  minimumFreeSpace: directive('Minimum Free Space', size, {
    aliases: ['Minimum Fee Space'],
    default: 5_000_000,
    help: 'No volume is written when less than this is free',
  }),
  readOnly: directive('Read Only', yesNo, { default: false, help: 'Yes: volumes are only read' }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: the device is not used' }),
  autochanger: directive('Autochanger', yesNo, {
    default: false,
    anyway: true,
    status: noEffect('the Autochanger resource lists its devices'),
    help: 'It belongs to an Autochanger resource',
  }),
  autoSelect: directive('Auto Select', yesNo, {
    default: true,
    help: 'No: only used when it is named, not as a drive of its Autochanger',
  }),
  maximumFileSize: directive('Maximum File Size', size, {
    default: 1_000_000_000,
    status: noEffect('every block of a volume can be found'),
    help: 'Distance of index records',
  }),
  maximumBlockSize: directive('Maximum Block Size', size, {
    default: 64_512,
    status: noEffect('blocks hold up to 1 MiB of data'),
    help: 'Largest block',
  }),
  minimumBlockSize: directive('Minimum Block Size', size, {
    default: 0,
    status: noEffect('blocks are as long as they must be'),
    help: 'Smallest block',
  }),
  spoolDirectory: directive('Spool Directory', path, { status: NO_SPOOL, help: 'Where data is spooled' }),
  maximumSpoolSize: directive('Maximum Spool Size', size, {
    status: NO_SPOOL,
    help: 'Spool space of the device',
  }),
  maximumJobSpoolSize: directive('Maximum Job Spool Size', size, {
    status: NO_SPOOL,
    help: 'Spool space of a job',
  }),
  blockChecksum: directive('Block Checksum', yesNo, {
    default: true,
    anyway: true,
    status: noEffect('blocks always have checksums'),
    help: 'Keep a checksum with each block',
  }),
  syncOnClose: directive('Sync On Close', yesNo, {
    default: false,
    anyway: true,
    status: noEffect('data is synced before the catalog hears of it'),
    help: 'Sync a volume when it is closed',
  }),
  volumePollInterval: directive('Volume Poll Interval', duration, {
    default: 5 * MINUTES,
    help: 'How often a job that waits for its disk, or for a drive, looks again',
  }),
  requiresMount: directive('Requires Mount', yesNo, {
    default: false,
    help: 'Yes: the device is only used while a file system is mounted on its Mount Point',
  }),
  mountPoint: directive('Mount Point', directory, {
    help: 'Where that file system is mounted (default: the Archive Device)',
  }),
  maximumNetworkBufferSize: directive('Maximum Network Buffer Size', integer, {
    status: noEffect('the transport chooses its buffers'),
    help: 'Size of network messages',
  }),
  maximumFileIndex: directive('Maximum File Index', integer, {
    status: noEffect('every file of a volume can be found'),
    help: 'Distance of index records, in files',
  }),
};

const PROTECTION = notYet('volume files are not protected by flags');

const LATER = {
  cloud: directive('Cloud', reference('Cloud'), { status: CLOUD, help: 'Cloud resource where volumes go' }),
  maximumPartSize: directive('Maximum Part Size', size, {
    default: 0,
    status: CLOUD,
    help: 'Size of the parts',
  }),
  maximumVolumeParts: directive('Maximum Volume Parts', integer, {
    status: CLOUD,
    help: 'Parts that a volume may have',
  }),
  setVolumeAppendOnly: directive('Set Volume Append Only', yesNo, {
    status: PROTECTION,
    help: 'Flag volume files append-only',
  }),
  setVolumeImmutable: directive('Set Volume Immutable', yesNo, {
    status: PROTECTION,
    help: 'Flag finished volume files immutable',
  }),
  setVolumeReadOnly: directive('Set Volume Read Only', yesNo, {
    status: PROTECTION,
    help: 'Make finished volume files read-only',
  }),
  minimumVolumeProtectionTime: directive('Minimum Volume Protection Time', duration, {
    default: 30 * DAYS,
    status: PROTECTION,
    help: 'How long the flags stay',
  }),
  volumeEncryption: directive('Volume Encryption', oneOf(['None', 'Normal', 'Strong']), {
    default: 'None',
    status: refused('this version would write volumes without encrypting them'),
    help: 'Encrypt volumes in the storage daemon',
  }),
};

const TAPE_SWITCHES = {
  hardwareEndOfFile: directive('Hardware End Of File', yesNo, {
    status: TAPE,
    help: 'The drive marks ends of files',
  }),
  hardwareEndOfMedium: directive('Hardware End Of Medium', yesNo, {
    status: TAPE,
    help: 'The drive finds the end of the data',
  }),
  backwardSpaceRecord: directive('Backward Space Record', yesNo, {
    status: TAPE,
    help: 'It can go back a record',
  }),
  backwardSpaceFile: directive('Backward Space File', yesNo, { status: TAPE, help: 'It can go back a file' }),
  bsfAtEom: directive('BSF At EOM', yesNo, { status: TAPE, help: 'Go back a file at the end of the data' }),
  twoEof: directive('Two EOF', yesNo, { status: TAPE, help: 'Two file marks end the data' }),
  forwardSpaceRecord: directive('Forward Space Record', yesNo, {
    status: TAPE,
    help: 'It can skip a record',
  }),
  forwardSpaceFile: directive('Forward Space File', yesNo, { status: TAPE, help: 'It can skip a file' }),
  fastForwardSpaceFile: directive('Fast Forward Space File', yesNo, {
    status: TAPE,
    help: 'It knows its position after skipping',
  }),
  closeOnPoll: directive('Close On Poll', yesNo, { status: TAPE, help: 'Close the drive while polling' }),
  blockPositioning: directive('Block Positioning', yesNo, { status: TAPE, help: 'Go to a block directly' }),
  useMtiocGet: directive('Use MTIOCGET', yesNo, { status: TAPE, help: 'Ask the drive for its position' }),
  checkLabels: directive('Check Labels', yesNo, { status: TAPE, help: 'Look for ANSI and IBM labels' }),
  offlineOnUnmount: directive('Offline On Unmount', yesNo, { status: TAPE, help: 'Eject on unmount' }),
  useLintape: directive('Use Lintape', yesNo, { status: TAPE, help: 'The drive has the lintape driver' }),
  labelType: directive('Label Type', oneOf(['Bacula', 'ANSI', 'IBM']), {
    status: TAPE,
    help: 'Form of the label',
  }),
  volumeCapacity: directive('Volume Capacity', size, { status: TAPE, help: 'Capacity of a tape' }),
  driveIndex: directive('Drive Index', integer, {
    default: 0,
    status: TAPE,
    help: 'Number of the drive in its changer',
  }),
  maximumChangerWait: directive('Maximum Changer Wait', duration, {
    default: 5 * MINUTES,
    status: TAPE,
    help: 'How long to wait for the changer',
  }),
  maximumOpenWait: directive('Maximum Open Wait', duration, {
    default: 5 * MINUTES,
    status: TAPE,
    help: 'How long to wait for the drive',
  }),
  maximumRewindWait: directive('Maximum Rewind Wait', duration, {
    default: 5 * MINUTES,
    status: TAPE,
    help: 'How long to wait for rewinding',
  }),
};

const COMMANDS = {
  changerDevice: directive('Changer Device', string, { status: TAPE, help: 'Device of the changer' }),
  changerCommand: directive('Changer Command', string, { status: TAPE, help: 'Program that moves tapes' }),
  controlDevice: directive('Control Device', string, { status: TAPE, help: 'Control device of the drive' }),
  alertCommand: directive('Alert Command', string, {
    status: TAPE,
    help: "Program that asks for the drive's alerts",
  }),
  lockCommand: directive('Lock Command', string, {
    status: TAPE,
    help: 'Program that locks a shared changer',
  }),
  wormCommand: directive('Worm Command', string, {
    status: TAPE,
    help: 'Program that recognises write-once tapes',
  }),
  mountCommand: directive('Mount Command', string, { status: DISC, help: 'Program that mounts it' }),
  unmountCommand: directive('Unmount Command', string, { status: DISC, help: 'Program that unmounts it' }),
  writePartCommand: directive('Write Part Command', string, {
    status: DISC,
    help: 'Program that writes a part',
  }),
  freeSpaceCommand: directive('Free Space Command', string, {
    status: DISC,
    help: 'Program that tells free space',
  }),
  alignedDevice: directive('Aligned Device', string, { status: ENTERPRISE, help: 'For aligned volumes' }),
  paddingSize: directive('Padding Size', size, { status: ENTERPRISE, help: 'For aligned volumes' }),
  fileAlignment: directive('File Alignment', size, { status: ENTERPRISE, help: 'For aligned volumes' }),
  minimumAlignedSize: directive('Minimum Aligned Size', size, {
    status: ENTERPRISE,
    help: 'For aligned volumes',
  }),
  dedupEngine: directive('Dedup Engine', string, { status: ENTERPRISE, help: 'For deduplicated volumes' }),
};

/** Where volumes lie. */
export const DEVICE = { ...NAMING, ...DISK, ...LATER, ...TAPE_SWITCHES, ...COMMANDS };
