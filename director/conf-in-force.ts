import type { DirectorConf, MessagesResource } from '../configuration/director-conf.ts';

/** The conf that the Director goes by, and since when. Running jobs may hold resources of an earlier one. */
export class ConfInForce {
  #conf: DirectorConf;
  #readAt = new Date();

  constructor(conf: DirectorConf) {
    this.#conf = conf;
  }

  get conf(): DirectorConf {
    return this.#conf;
  }

  get readAt(): Date {
    return this.#readAt;
  }

  /** Where the Director's own messages go. */
  get messages(): MessagesResource {
    const resource = this.#conf.director.messages ?? this.#conf.messages[0];
    if (!resource) throw new Error('a conf without a Messages resource');
    return resource;
  }

  replace(conf: DirectorConf): void {
    this.#conf = conf;
    this.#readAt = new Date();
  }
}
