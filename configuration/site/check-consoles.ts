import type { ConsoleConf, ConsoleDirectorResource } from '../console-conf.ts';
import type { DirectorConf } from '../director-conf.ts';
import type { Problems } from '../problem.ts';
import { placeOf } from '../source.ts';
import type { Site, SiteConf } from './site.ts';

/** Each console, and the Director that it connects to. */
export function checkConsoles({ director, consoles }: Site, problems: Problems): void {
  if (!director) return;
  const { name } = director.conf.director;
  for (const console of consoles) {
    const known = console.conf.directors.find((one) => one.name === name);
    if (known) {
      checkDirector(console, known, director, problems);
    } else {
      const [other] = console.conf.directors;
      if (!other) continue;
      problems.add(
        'error',
        console.places.of(other, 'name'),
        `${console.file} does not name Director "${name}" (${placeOf(director.places.of(director.conf.director, 'name'))})`,
        'give a Director resource here that Name',
      );
    }
    checkNamed(console, director, problems);
  }
}

function checkDirector(
  { places, conf }: SiteConf<ConsoleConf>,
  known: ConsoleDirectorResource,
  director: SiteConf<DirectorConf>,
  problems: Problems,
): void {
  const { name, password, dirPort, dirAddresses } = director.conf.director;
  const isNamed = conf.consoles.some((console) => (console.director?.name ?? name) === name);
  // A console that logs in under a name of its own does not use it.
  if (known.password !== password && !isNamed) {
    problems.add(
      'error',
      places.of(known, 'password'),
      `the Password of Director "${name}" is not the one in ${director.file}`,
      `write the same one here and at ${placeOf(director.places.of(director.conf.director, 'password'))}`,
    );
  }
  const ports = dirAddresses.length > 0 ? dirAddresses.map((one) => one.port ?? dirPort) : [dirPort];
  if (!ports.includes(known.dirPort)) {
    problems.add(
      'error',
      places.of(known, 'dirPort'),
      `Director "${name}" is looked for on port ${known.dirPort}, and listens on ${ports.join(', ')}`,
      `its port is in ${placeOf(director.places.of(director.conf.director, 'dirPort', 'dirAddresses'))}`,
    );
  }
}

/** The names under which a console logs in. */
function checkNamed(
  { places, conf }: SiteConf<ConsoleConf>,
  director: SiteConf<DirectorConf>,
  problems: Problems,
): void {
  for (const console of conf.consoles) {
    if (console.director && console.director.name !== director.conf.director.name) continue;
    const resource = director.conf.consoles.find((one) => one.name === console.name);
    if (!resource) {
      problems.add(
        'error',
        places.of(console, 'name'),
        `Console "${console.name}" is not defined in ${director.file}`,
      );
    } else if (resource.password !== console.password) {
      problems.add(
        'error',
        places.of(console, 'password'),
        `the Password of Console "${console.name}" is not the one in ${director.file}`,
        `write the same one here and at ${placeOf(director.places.of(resource, 'password'))}`,
      );
    }
  }
}
