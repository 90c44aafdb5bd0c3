/** Which providers this installation uses, from the environment. docs/how-to/sign-in-providers.md is the guide to it. */
import { createPrivateKey } from "node:crypto";
import { didWebAddress } from "./keys.ts";
import { type ClientAuthentication, type IdTokenAlgorithm, type ProfileName, PROFILES } from "./profiles.ts";
import { isAllowedAddress } from "./transport.ts";
import type { ConfidenceLevel } from "./vtr.ts";

export interface ProviderSettings {
  readonly profile: ProfileName;
  /** What people call it, for the button. */
  readonly title: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly credentials:
    | { readonly kind: "secret"; readonly secret: string }
    /** PKCS #8. `keyId`: the `kid` under which the provider knows the public key; null when it knows only one. */
    | { readonly kind: "private-key"; readonly pem: string; readonly keyId: string | null };
  readonly idTokenAlgorithm: IdTokenAlgorithm;
  /** GOV.UK One Login only. */
  readonly coreIdentity: null | {
    readonly issuer: string;
    /** The only DID whose keys are believed. */
    readonly controller: string;
    /** The levels that this service is registered for. */
    readonly confidence: readonly ConfidenceLevel[];
    /** Whether it is registered for return codes. */
    readonly returnCodes: boolean;
  };
}

export type SettingsRead =
  | { readonly ok: true; readonly providers: readonly ProviderSettings[] }
  /** Each a sentence that names the setting, what is wrong and what to write. */
  | { readonly ok: false; readonly faults: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/**
 * Reads the settings of all providers. A provider is used when its client id is set; without any there is none.
 * @param readFile for the files that settings name; may throw.
 */
export function readProviderSettings(environment: Environment, readFile: ReadFile): SettingsRead {
  const faults: string[] = [];
  const read: readonly (ProviderSettings | undefined)[] = [
    oneLogin(environment, readFile, faults),
    provider("nhs-login", NHS_LOGIN(environment), readFile, faults),
    provider("cis2", CIS2(environment), readFile, faults),
    entra(environment, readFile, faults),
    provider("own", OWN(environment), readFile, faults),
  ];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, providers: read.filter((each) => each !== undefined) };
}

/** What every provider has, with the names of the settings for messages. */
interface Written {
  readonly prefix: string;
  readonly title?: string | undefined;
  readonly issuer?: string | undefined;
  readonly clientId?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly keyId?: string | undefined;
  readonly secretFile?: string | undefined;
  readonly algorithm?: string | undefined;
}

const NHS_LOGIN = (environment: Environment): Written => ({
  prefix: "HANDRAIL_NHS_LOGIN",
  clientId: environment["HANDRAIL_NHS_LOGIN_CLIENT_ID"],
  issuer: environment["HANDRAIL_NHS_LOGIN_ISSUER"],
  privateKeyFile: environment["HANDRAIL_NHS_LOGIN_PRIVATE_KEY_FILE"],
  keyId: environment["HANDRAIL_NHS_LOGIN_KEY_ID"],
});

const CIS2 = (environment: Environment): Written => ({
  prefix: "HANDRAIL_CIS2",
  clientId: environment["HANDRAIL_CIS2_CLIENT_ID"],
  issuer: environment["HANDRAIL_CIS2_ISSUER"],
  privateKeyFile: environment["HANDRAIL_CIS2_PRIVATE_KEY_FILE"],
  keyId: environment["HANDRAIL_CIS2_KEY_ID"],
  secretFile: environment["HANDRAIL_CIS2_SECRET_FILE"],
});

const OWN = (environment: Environment): Written => ({
  prefix: "HANDRAIL_OIDC",
  clientId: environment["HANDRAIL_OIDC_CLIENT_ID"],
  title: environment["HANDRAIL_OIDC_TITLE"],
  issuer: environment["HANDRAIL_OIDC_ISSUER"],
  privateKeyFile: environment["HANDRAIL_OIDC_PRIVATE_KEY_FILE"],
  keyId: environment["HANDRAIL_OIDC_KEY_ID"],
  secretFile: environment["HANDRAIL_OIDC_SECRET_FILE"],
  algorithm: environment["HANDRAIL_OIDC_ALGORITHM"],
});

function entra(environment: Environment, readFile: ReadFile, faults: string[]): ProviderSettings | undefined {
  const clientId = environment["HANDRAIL_ENTRA_CLIENT_ID"];
  const tenant = environment["HANDRAIL_ENTRA_TENANT_ID"] ?? "";
  if ((clientId ?? "") !== "" && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenant)) {
    // `common` and `organizations` would let in every company in the world; a domain name is not what tokens carry.
    faults.push(
      "HANDRAIL_ENTRA_TENANT_ID is not a tenant id: copy the Directory (tenant) ID from the app registration, such as " +
        "00000000-0000-0000-0000-000000000000.",
    );
    return undefined;
  }
  const written: Written = {
    prefix: "HANDRAIL_ENTRA",
    clientId,
    issuer: `https://login.microsoftonline.com/${tenant.toLowerCase()}/v2.0`,
    secretFile: environment["HANDRAIL_ENTRA_SECRET_FILE"],
  };
  return provider("entra", written, readFile, faults);
}

/** One Login's two environments; production unless `integration` is written. */
const ONE_LOGIN = {
  production: {
    issuer: "https://oidc.account.gov.uk/",
    identityIssuer: "https://identity.account.gov.uk/",
    controller: "did:web:identity.account.gov.uk",
  },
  integration: {
    issuer: "https://oidc.integration.account.gov.uk/",
    identityIssuer: "https://identity.integration.account.gov.uk/",
    controller: "did:web:identity.integration.account.gov.uk",
  },
} as const;

function oneLogin(environment: Environment, readFile: ReadFile, faults: string[]): ProviderSettings | undefined {
  const name = environment["HANDRAIL_ONE_LOGIN_ENVIRONMENT"] ?? "production";
  if (name !== "production" && name !== "integration") {
    faults.push("HANDRAIL_ONE_LOGIN_ENVIRONMENT is neither production nor integration: write one of the two.");
    return undefined;
  }
  const known = ONE_LOGIN[name];
  const settings = provider(
    "one-login",
    {
      prefix: "HANDRAIL_ONE_LOGIN",
      clientId: environment["HANDRAIL_ONE_LOGIN_CLIENT_ID"],
      issuer: environment["HANDRAIL_ONE_LOGIN_ISSUER"] ?? known.issuer,
      privateKeyFile: environment["HANDRAIL_ONE_LOGIN_PRIVATE_KEY_FILE"],
      keyId: environment["HANDRAIL_ONE_LOGIN_KEY_ID"],
      algorithm: environment["HANDRAIL_ONE_LOGIN_ALGORITHM"],
    },
    readFile,
    faults,
  );
  if (settings === undefined) return undefined;
  const levels = (environment["HANDRAIL_ONE_LOGIN_LEVELS"] ?? "P2").split(",").map((level) => level.trim());
  if (!levels.every((level) => /^P[1-3]$/.test(level))) {
    faults.push(
      "HANDRAIL_ONE_LOGIN_LEVELS is not a list of P1, P2 and P3: write those you registered for, such as P1,P2.",
    );
  }
  const controller = environment["HANDRAIL_ONE_LOGIN_CONTROLLER"] ?? known.controller;
  if (didWebAddress(controller) === undefined) {
    faults.push(
      "HANDRAIL_ONE_LOGIN_CONTROLLER is not a did:web: leave it out, or write did:web:identity.account.gov.uk.",
    );
  }
  const identityIssuer = environment["HANDRAIL_ONE_LOGIN_IDENTITY_ISSUER"] ?? known.identityIssuer;
  return {
    ...settings,
    coreIdentity: {
      issuer: identityIssuer,
      controller,
      confidence: levels as readonly ConfidenceLevel[],
      returnCodes: environment["HANDRAIL_ONE_LOGIN_RETURN_CODES"] === "1",
    },
  };
}

function provider(
  name: ProfileName,
  written: Written,
  readFile: ReadFile,
  faults: string[],
): ProviderSettings | undefined {
  const profile = PROFILES[name];
  const { prefix, clientId = "" } = written;
  if (clientId === "") return undefined;
  const before = faults.length;
  const issuer = written.issuer ?? profile.issuer;
  if (issuer === undefined || issuer === "") {
    faults.push(`${prefix}_ISSUER is missing: write the issuer that ${profile.title} gave you, an https address.`);
  } else if (!isAllowedAddress(issuer)) {
    faults.push(`${prefix}_ISSUER is not an https address; plain http is taken for this machine only (127.0.0.1).`);
  }
  if (!/^[\x21-\x7e]{1,200}$/.test(clientId)) {
    faults.push(`${prefix}_CLIENT_ID is longer than 200 characters or has blanks: copy it again.`);
  }
  const algorithm = written.algorithm ?? profile.idTokenAlgorithm;
  if (!ALGORITHMS.includes(algorithm)) {
    faults.push(
      `${prefix}_ALGORITHM is none of ${ALGORITHMS.join(", ")}: write what the provider signs ID tokens with.`,
    );
  }
  const credentials = readCredentials(profile.authentication, written, readFile, faults);
  if (faults.length > before || credentials === undefined || issuer === undefined) return undefined;
  return {
    profile: name,
    title: written.title ?? profile.title,
    issuer,
    clientId,
    credentials,
    idTokenAlgorithm: algorithm as IdTokenAlgorithm,
    coreIdentity: null,
  };
}

const ALGORITHMS: readonly string[] = ["ES256", "RS256", "RS512", "PS256", "EdDSA"];

function readCredentials(
  taken: readonly ClientAuthentication[],
  { prefix, privateKeyFile, keyId, secretFile }: Written,
  readFile: ReadFile,
  faults: string[],
): ProviderSettings["credentials"] | undefined {
  const fault = (text: string): undefined => {
    faults.push(text);
    return undefined;
  };
  const files = taken.map((way) => `${prefix}_${way === "private_key_jwt" ? "PRIVATE_KEY_FILE" : "SECRET_FILE"}`);
  const given = (value: string | undefined): boolean => (value ?? "") !== "";
  if (given(privateKeyFile) && given(secretFile))
    return fault(`${files.join(" and ")} are both set: keep one of them.`);
  const setting = given(privateKeyFile) ? `${prefix}_PRIVATE_KEY_FILE` : `${prefix}_SECRET_FILE`;
  const path = given(privateKeyFile) ? privateKeyFile : secretFile;
  if (path === undefined || path === "") {
    return fault(
      `${files.join(" or ")} is missing: write the path of the file that holds it, readable by its owner only.`,
    );
  }
  let text: string;
  try {
    text = readFile(path);
  } catch {
    return fault(`${setting} names ${path}, which cannot be read: check the path and who may read it.`);
  }
  if (!given(privateKeyFile)) {
    const secret = text.trim();
    if (secret === "" || secret.length > 1_000) return fault(`${setting}: ${path} does not hold a client secret.`);
    return { kind: "secret", secret };
  }
  try {
    const key = createPrivateKey(text);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType === "rsa" && bits >= 2048) {
      const pem = key.export({ type: "pkcs8", format: "pem" }) as string;
      return { kind: "private-key", pem, keyId: given(keyId) ? (keyId as string) : null };
    }
  } catch {
    // said below
  }
  return fault(
    `${setting}: ${path} is not an RSA private key of 2048 bits or more (\`openssl genrsa -out key.pem 2048\`).`,
  );
}
