import { directive, noEffect, notYet } from '../directive.ts';
import { stringList } from '../values/list.ts';
import { yesNo } from '../values/numbers.ts';
import { path } from '../values/text.ts';

const ALWAYS_ON = noEffect('connections are always encrypted, with keys made from names and passwords');
const CERTIFICATES = notYet('connections are secured by the passwords; certificates are not used yet');

/** The TLS directives of every resource that describes a network partner. */
export const TLS = {
  tlsEnable: directive('TLS Enable', yesNo, {
    default: false,
    anyway: true,
    status: ALWAYS_ON,
    help: 'Use TLS with certificates',
  }),
  tlsPskEnable: directive('TLS PSK Enable', yesNo, {
    default: true,
    anyway: true,
    status: ALWAYS_ON,
    help: 'Use TLS with keys made from the passwords',
  }),
  tlsRequire: directive('TLS Require', yesNo, {
    default: false,
    anyway: true,
    status: ALWAYS_ON,
    help: 'Refuse connections that are not encrypted',
  }),
  tlsAuthenticate: directive('TLS Authenticate', yesNo, {
    default: false,
    status: ALWAYS_ON,
    help: 'Use TLS only to prove who is who',
  }),
  tlsVerifyPeer: directive('TLS Verify Peer', yesNo, {
    default: true,
    status: CERTIFICATES,
    help: "Check the partner's certificate",
  }),
  tlsCaCertificateFile: directive('TLS CA Certificate File', path, {
    status: CERTIFICATES,
    help: 'Certificates of the authorities that are trusted (PEM)',
  }),
  tlsCaCertificateDir: directive('TLS CA Certificate Dir', path, {
    status: CERTIFICATES,
    help: 'Directory of such certificates, by hash',
  }),
  tlsCertificate: directive('TLS Certificate', path, { status: CERTIFICATES, help: 'Own certificate (PEM)' }),
  tlsKey: directive('TLS Key', path, {
    status: CERTIFICATES,
    help: 'Private key of the own certificate (PEM)',
  }),
  tlsDhFile: directive('TLS DH File', path, {
    status: noEffect('TLS 1.3 chooses its own groups'),
    help: 'Diffie-Hellman parameters',
  }),
  tlsAllowedCn: directive('TLS Allowed CN', stringList, {
    status: CERTIFICATES,
    help: 'Names that the certificate of a partner may bear',
  }),
};
