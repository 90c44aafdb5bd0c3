/**
 * Passkeys in the browser. A form with `data-passkey` asks the server for a challenge, the browser for a passkey, and
 * posts what the browser answers in its field `response`. Without scripts the form stays hidden and the page says what
 * to do instead.
 */

type Descriptor = { readonly id: string; readonly type: "public-key"; readonly transports?: AuthenticatorTransport[] };
type CreationJson = Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
  readonly challenge: string;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly excludeCredentials?: readonly Descriptor[];
};
type RequestJson = Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & {
  readonly challenge: string;
  readonly allowCredentials?: readonly Descriptor[];
};

// The browser's own JSON forms are younger than the browsers we serve.
function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function textOf(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function descriptors(list: readonly Descriptor[] = []): PublicKeyCredentialDescriptor[] {
  return list.map((each) => ({ ...each, id: bytesOf(each.id) }));
}

async function create(options: CreationJson): Promise<object | null> {
  const credential = (await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      user: { ...options.user, id: bytesOf(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  })) as PublicKeyCredential | null;
  if (credential === null) return null;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

async function get(options: RequestJson): Promise<object | null> {
  const credential = (await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    },
  })) as PublicKeyCredential | null;
  if (credential === null) return null;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle === null ? "" : textOf(response.userHandle),
    },
  };
}

async function answer(form: HTMLFormElement): Promise<void> {
  const address = form.dataset["challenge"] ?? "";
  const reply = await fetch(address, { method: "POST", body: new FormData(form) });
  if (!reply.ok) throw new Error(`The challenge was answered with ${reply.status}`);
  const options: unknown = await reply.json();
  const credential =
    form.dataset["passkey"] === "create" ? await create(options as CreationJson) : await get(options as RequestJson);
  const field = form.elements.namedItem("response");
  if (credential === null || !(field instanceof HTMLInputElement)) throw new Error("No passkey was chosen");
  field.value = JSON.stringify(credential);
  form.submit();
}

function faultOf(error: unknown, form: HTMLFormElement): string {
  const name = error instanceof DOMException ? error.name : "";
  // InvalidStateError: this device holds a passkey of this person already. NotAllowedError: stopped, or took too long.
  if (name === "InvalidStateError") return form.dataset["known"] ?? "";
  return (name === "NotAllowedError" || name === "AbortError" ? form.dataset["stopped"] : form.dataset["failed"]) ?? "";
}

function prepare(form: HTMLFormElement): void {
  const fault = form.querySelector<HTMLElement>("[data-passkey-fault]");
  const button = form.querySelector("button");
  form.hidden = false;
  for (const other of document.querySelectorAll<HTMLElement>("[data-passkey-without]")) other.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button !== null) button.disabled = true;
    if (fault !== null) fault.textContent = "";
    answer(form).catch((error: unknown) => {
      if (button !== null) button.disabled = false;
      if (fault !== null) fault.textContent = faultOf(error, form);
      button?.focus();
    });
  });
}

if ("PublicKeyCredential" in window && window.isSecureContext) {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) prepare(form);
}
