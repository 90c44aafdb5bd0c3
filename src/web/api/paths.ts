/** Addresses for programs, and of the pages about them. */
export const TOKEN_PATH = "/oauth/token";
export const FACTS_PATH = "/api/facts";
export const API_PATH = "/api";
export const OPENAPI_PATH = "/api/openapi.json";
export const MACHINES_PATH = "/staff/machines";
