/** A Full as a resource of its own, of what the Job Backup of the site saves. @param lines More directives. */
export function backupJob(name: string, lines: string): string {
  return `
Job {
  Name = ${name}
  Type = Backup
  Level = Full
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  ${lines}
}
`;
}
