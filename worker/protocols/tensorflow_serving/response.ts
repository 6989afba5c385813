export { errorResponse, jsonResponse } from '../response.ts';
