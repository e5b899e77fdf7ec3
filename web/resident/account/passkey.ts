// Passkeys at this browser: asking it to make one, and asking it to prove one. Bytes go to and fro as base64url.
import * as api from "../../shared/api";

type Bytes = string;
type Made = { challenge: Bytes; rp: PublicKeyCredentialRpEntity; user: { id: Bytes; name: string; displayName: string }; excludeCredentials?: { id: Bytes; type: "public-key" }[] } & Record<string, unknown>;
type Asked = { challenge: Bytes; rpId: string } & Record<string, unknown>;

/** The browser's owner closed its question, or nothing there can answer it. */
export class NoPasskey extends Error {}

/** Whether this page can ask at all: under a bare address of numbers no browser keeps a passkey. */
export const canPasskey = () => typeof PublicKeyCredential !== "undefined" && !/^[\d.]+$/.test(location.hostname);

/** Has the browser make a passkey of this name, and adds it to the account. */
export async function addPasskey(name: string): Promise<void> {
  const { options } = await api.post<{ options: Made }>("/v1/passkeys/options");
  const asked = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await credential(() => navigator.credentials.create({ publicKey: asked }));
  const response = made.response as AuthenticatorAttestationResponse;
  await api.post("/v1/passkeys", {
    name,
    credential: text(made.rawId),
    client_data: text(response.clientDataJSON),
    attestation: text(response.attestationObject),
  });
}

/** Logs in by whichever passkey its owner picks; `same`: only as who is logged in here already. */
export async function enterByPasskey({ same = false } = {}): Promise<void> {
  const { options } = await api.post<{ options: Asked }>("/v1/log-ins/passkey/options");
  const asked = { ...options, challenge: bytes(options.challenge) } as unknown as PublicKeyCredentialRequestOptions;
  const proved = await credential(() => navigator.credentials.get({ publicKey: asked }));
  const response = proved.response as AuthenticatorAssertionResponse;
  await api.post("/v1/log-ins/passkey", {
    credential: text(proved.rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    same,
  });
}

async function credential(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const found = await ask().catch(() => null);
  if (!(found instanceof PublicKeyCredential)) throw new NoPasskey();
  return found;
}

function bytes(encoded: Bytes): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

function text(raw: ArrayBuffer): Bytes {
  return btoa(String.fromCharCode(...new Uint8Array(raw))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
