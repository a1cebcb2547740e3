#!/usr/bin/env node
import { main } from "@sidetone/cli";

process.exitCode = await main(process.argv.slice(2));
