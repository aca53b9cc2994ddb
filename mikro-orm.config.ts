import { loadConfig } from './src/config.js';
import { databaseTargetOf } from './src/database/database-url.js';
import { ormOptions } from './src/orm.js';

/** For MikroORM's own command line, which needs DATABASE_URL. */
export default ormOptions(databaseTargetOf(loadConfig().databaseUrl ?? 'postgresql://postgres@127.0.0.1:5432/cellar'));
