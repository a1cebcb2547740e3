#!/usr/bin/env node
import { main } from "@sidetone/cli";

const exitCode = await main(process.argv.slice(2));
process.exitCode ||= exitCode; // which is there already when the output could not be written
