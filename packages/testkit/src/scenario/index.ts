export { twoClients, type TwoClients, type TwoClientsOptions } from "./two-clients.ts";
