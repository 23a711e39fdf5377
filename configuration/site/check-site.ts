import { Problems, type Problem } from '../problem.ts';
import { checkConsoles } from './check-consoles.ts';
import { checkDirectories } from './check-directories.ts';
import { checkFileDaemons, checkStorageDaemons } from './check-peers.ts';
import { checkPorts } from './check-ports.ts';
import { checkSavedPaths } from './check-saved-paths.ts';
import type { Machine, Site } from './site.ts';

/**
 * What no single conf can show: whether the confs of a site agree in names, passwords, ports, devices and media types,
 * and whether this machine has the directories and files that those of its daemons name.
 */
export function checkSite(site: Site, machine: Machine): readonly Problem[] {
  const problems = new Problems();
  checkStorageDaemons(site, machine, problems);
  checkFileDaemons(site, problems);
  checkConsoles(site, problems);
  checkPorts(site, machine, problems);
  checkDirectories(site, machine, problems);
  checkSavedPaths(site, machine, problems);
  return problems.result(() => undefined).problems;
}
