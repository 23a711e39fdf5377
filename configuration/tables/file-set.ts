import { directive, noEffect, notYet } from '../directive.ts';
import { blocks } from '../values/block.ts';
import { oneOf } from '../values/enumeration.ts';
import { fileList } from '../values/file-list.ts';
import { compression, letters, signature } from '../values/file-options.ts';
import { lines, stringList } from '../values/list.ts';
import { integer, yesNo } from '../values/numbers.ts';
import { string } from '../values/text.ts';
import { NAMING } from './naming.ts';

const WINDOWS = noEffect('it is for Windows clients');

/** How the files of an Include are treated. The first block with a pattern that matches decides, else the last one. */
export const OPTIONS = {
  signature: directive('signature', signature, { help: 'Checksum kept for each file; none without it' }),
  compression: directive('compression', compression, { help: 'Compression of the data; none without it' }),
  oneFs: directive('onefs', yesNo, { default: true, help: 'Stay on the file system of each File' }),
  exclude: directive('exclude', yesNo, { default: false, help: 'What matches is left out' }),
  wild: directive('wild', lines, { help: 'Shell pattern on the whole path; * matches / too' }),
  wildDir: directive('wilddir', lines, { help: 'The same, for directories only' }),
  wildFile: directive('wildfile', lines, { help: 'The same, for anything but directories' }),
  regex: directive('regex', lines, { help: 'POSIX extended regular expression, found anywhere in the path' }),
  regexDir: directive('regexdir', lines, { help: 'The same, for directories only' }),
  regexFile: directive('regexfile', lines, { help: 'The same, for anything but directories' }),
  ignoreCase: directive('ignore case', yesNo, {
    default: false,
    help: 'The patterns of this block do not tell capitals from small letters',
  }),
  recurse: directive('recurse', yesNo, { default: true, help: 'No: sub-directories are not entered' }),
  sparse: directive('sparse', yesNo, {
    default: false,
    status: noEffect('holes stay holes in any case'),
    help: 'Holes stay holes',
  }),
  noAtime: directive('noatime', yesNo, { default: false, help: 'Read without changing the access time' }),
  keepAtime: directive('keepatime', yesNo, {
    default: false,
    help: 'Set the access time back after reading (changes ctime)',
  }),
  mtimeOnly: directive('mtimeonly', yesNo, { default: false, help: 'Incrementals look at mtime only' }),
  checkFileChanges: directive('checkfilechanges', yesNo, {
    default: false,
    help: 'Report files that changed while they were read',
  }),
  hardLinks: directive('hardlinks', yesNo, {
    default: true,
    help: 'No: each name of a file is saved as a file of its own',
  }),
  honorNodumpFlag: directive('honor nodump flag', yesNo, {
    default: false,
    help: 'Leave out files with the nodump attribute',
  }),
  aclSupport: directive('aclsupport', yesNo, {
    default: false,
    help: 'Save access control lists',
  }),
  xattrSupport: directive('xattrsupport', yesNo, {
    default: false,
    help: 'Save extended attributes, file capabilities among them, and note inode flags',
  }),
  fsTypes: directive('fstype', stringList, {
    help: 'Only these kinds of file system (ext4, xfs ...); for mounts below a File, with onefs = no',
  }),
  driveTypes: directive('drivetype', stringList, { status: WINDOWS, help: 'Only these kinds of drive' }),
  portable: directive('portable', yesNo, {
    default: false,
    status: WINDOWS,
    help: 'Read files plainly instead of by the backup interface',
  }),
  readFifo: directive('readfifo', yesNo, {
    default: false,
    help: 'Read FIFOs that are named by File',
  }),
  hfsPlusSupport: directive('hfsplussupport', yesNo, {
    default: false,
    status: noEffect('it is for old macOS clients'),
    help: 'Save resource forks',
  }),
  stripPath: directive('strippath', integer, {
    default: 0,
    help: 'Leading parts of the path to drop',
  }),
  replace: directive('replace', oneOf(['Always', 'IfNewer', 'Never']), {
    status: noEffect('it has none in Bacula either'),
    help: 'Obsolete',
  }),
  enhancedWild: directive('enhancedwild', yesNo, {
    status: noEffect('it has none in Bacula either'),
    help: 'Obsolete',
  }),
  verify: directive('verify', letters('ipnugsamcd5123', 'pins1'), {
    help: 'What Verify jobs compare',
  }),
  accurate: directive('accurate', letters('ipnugsamcd5123oMA', 'mcs'), {
    help: 'What Accurate jobs compare (without it: m c s)',
  }),
  baseJob: directive('basejob', letters('ipnugsamcd5123oMA', 'spug5'), {
    status: notYet('Base jobs are not used'),
    help: 'What is compared with a Base job',
  }),
  base: directive('base', string, { status: notYet('Base jobs are not used'), help: 'Name of the Base job' }),
  plugin: directive('plugin', string, {
    status: notYet('a plugin stands in a line of its own in Include, and reads no files'),
    help: 'Plugin that reads the matching files',
  }),
  dedup: directive('dedup', oneOf(['Storage', 'BothSides', 'None']), {
    status: noEffect('there is no deduplication'),
    help: 'Where deduplication happens',
  }),
};

/** What is backed up. */
export const INCLUDE = {
  options: directive('Options', blocks('Options', OPTIONS), {
    help: 'How the files are treated; several, and their order matters',
  }),
  files: directive('File', fileList, {
    help: 'File or directory; "<list" and "|command" give lists, with a backslash before them on the client',
  }),
  plugins: directive('Plugin', lines, {
    help: 'Program whose output is saved as a file: "bpipe:file=PATH:reader=COMMAND:writer=COMMAND"',
  }),
  excludeDirContaining: directive('Exclude Dir Containing', string, {
    help: 'Leave out every directory that holds an entry of this name',
  }),
};

/** What is left out of all Includes. */
export const EXCLUDE = {
  files: directive('File', fileList, { help: 'Shell pattern on the whole path, or a list as in Include' }),
};

/** A choice of files. */
export const FILE_SET = {
  ...NAMING,
  ignoreFileSetChanges: directive('Ignore FileSet Changes', yesNo, {
    default: false,
    help: 'Changed File lines do not make the next job a Full',
  }),
  enableVss: directive('Enable VSS', yesNo, { default: true, status: WINDOWS, help: 'Use shadow copies' }),
  enableSnapshot: directive('Enable Snapshot', yesNo, {
    default: false,
    status: notYet('file-system snapshots are not taken'),
    help: 'Back up from file-system snapshots',
  }),
  includes: directive('Include', blocks('Include', INCLUDE), { help: 'What is backed up' }),
  excludes: directive('Exclude', blocks('Exclude', EXCLUDE), { help: 'What is left out of all Includes' }),
};
