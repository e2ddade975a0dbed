// A real S3 API server (s3rver) on loopback for the tests, behind a front that reads a bare "+" in a path as a space, as
// Amazon's S3 does and s3rver does not, and that can be told to misbehave.
// usage: node server.mjs DIRECTORY BUCKET      prints its port; ends when its standard input does
//   POST /-/cut?after=N      from the Nth request on, every connection is cut in the middle of the request
//   POST /-/refuse?after=N   … is answered 403 AccessDenied
//   POST /-/throttle?every=N every Nth request is answered 503 SlowDown
//   POST /-/well             ends all of it
import { createServer } from 'node:http';
import S3rver from 's3rver';

const [directory, bucket] = process.argv.slice(2);
const s3 = new S3rver({ directory, silent: true, resetOnClose: false, configureBuckets: [{ name: bucket, configs: [] }] });
await s3.configureBuckets();
const answer = s3.callback();

let mode = { name: 'well' };
let count = 0;

function xml(response, status, code) {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname.startsWith('/-/')) {
    const number = (name) => Number(url.searchParams.get(name));
    mode = { name: url.pathname.slice(3), after: number('after'), every: number('every') };
    count = 0;
    response.end('ok');
    return;
  }

  count += 1;
  if (mode.name === 'cut' && count >= mode.after) {
    request.once('data', () => request.socket.destroy());
    setTimeout(() => request.socket.destroy(), 20);
    return;
  }

  if (mode.name === 'refuse' && count >= mode.after) {
    request.resume();
    xml(response, 403, 'AccessDenied');
    return;
  }

  if (mode.name === 'throttle' && count % mode.every === 0) {
    request.resume();
    xml(response, 503, 'SlowDown');
    return;
  }

  const [path, query] = request.url.split(/\?(.*)/s);
  request.url = path.replaceAll('+', '%20') + (query === undefined ? '' : '?' + query);
  answer(request, response);
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
