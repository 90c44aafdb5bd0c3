/** The organisations, services and places of an installation, and the installation itself. */

export interface Installation {
  readonly bodyName: string;
  /** `demonstration`: every person in it is invented. */
  readonly kind: "demonstration" | "real";
  readonly timeZone: string;
  /** ISO 3166-1 alpha-2, or null. */
  readonly country: string | null;
  readonly telephone: string | null;
  readonly webAddress: string | null;
  readonly createdAt: Temporal.Instant;
}

export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly areaCode: string | null;
  readonly telephone: string | null;
  readonly webAddress: string | null;
}

export interface Service {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly kind: string;
  readonly areaCode: string | null;
  readonly telephone: string | null;
  /** The body's own page where a person books or cancels; null when there is none. */
  readonly bookingUrl: string | null;
  readonly cancelUrl: string | null;
}

export interface Area {
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly parentCode: string | null;
}

/** The whole directory: small enough to be read at once. */
export interface Directory {
  readonly organisations: ReadonlyMap<string, Organisation>;
  readonly services: ReadonlyMap<string, Service>;
  readonly areas: ReadonlyMap<string, Area>;
}
