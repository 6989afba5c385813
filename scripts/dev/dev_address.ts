/** The port of `dev`, unless it is told another. */
export const DEV_PORT = 8787;
export const DEV_URL = `http://localhost:${DEV_PORT}`;
