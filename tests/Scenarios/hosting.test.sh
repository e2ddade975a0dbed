# shellcheck shell=bash disable=SC2154
# The hosting page, followed to the letter: its configurations and commands, with a real sshd, a bare repository and an S3
# server where the page has somebody's hosts.

# block N: the Nth ```toml block of the page.
block() {
    awk -v want="$1" '/^ *```toml/ { n++; on = n == want; next } /^ *```/ { on = 0 } on { sub(/^   /, ""); print }' "$root/docs/hosting.md"
}

# snippet LANGUAGE N: the Nth block of the page in this language.
snippet() {
    awk -v fence="^ *\`\`\`$1\$" -v want="$2" '$0 ~ fence { n++; on = n == want; next } /^ *```/ { on = 0 } on' "$root/docs/hosting.md"
}

# listens PORT: waits until something does.
listens() {
    for _ in $(seq 100); do
        (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return
        sleep 0.1
    done
    fail "nothing listens on port $1"
}

# an_sshd: a real one, for every host that ssh is asked for; a relative path there is one in ./there.
an_sshd() {
    local port=$((20000 + RANDOM % 20000))
    mkdir -p there
    ssh-keygen -q -t ed25519 -N '' -f host
    ssh-keygen -q -t ed25519 -N '' -f user
    [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
    printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $PWD/host" "AuthorizedKeysFile $PWD/user.pub" 'PidFile none' \
        'UsePAM no' 'StrictModes no' 'PermitRootLogin yes' "ForceCommand cd $PWD/there && exec sh -c \"\$SSH_ORIGINAL_COMMAND\"" > sshd_config
    /usr/sbin/sshd -D -e -f "$PWD/sshd_config" 2> sshd.log &
    sshd=$!
    trap 'kill "$sshd"' EXIT
    printf '%s\n' 'Host *' '  HostName 127.0.0.1' "  Port $port" "  IdentityFile $PWD/user" '  BatchMode yes' \
        '  StrictHostKeyChecking no' "  UserKnownHostsFile $PWD/known" > ssh_config
    export GIT_SSH_COMMAND="ssh -F $PWD/ssh_config" RSYNC_RSH="ssh -F $PWD/ssh_config"
    for _ in $(seq 100); do
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && return
        sleep 0.1
    done
    fail "sshd does not start: $(cat sshd.log)"
}

# a_bucket: an S3 server with the bucket "pkgs"; sets $endpoint.
a_bucket() {
    # shellcheck source=.ci/common.sh
    . "$root/.ci/common.sh"
    npm_modules "$root/tests/Scenarios/S3" "$TMPDIR/npm.log"
    mkfifo lines open
    node "$root/tests/Scenarios/S3/server.mjs" "$PWD/s3" pkgs < open > lines &
    exec 7> open
    read -r endpoint < lines
    endpoint=http://127.0.0.1:$endpoint
    unset AWS_CA_BUNDLE
}

# synced: once, and what was published has gone out.
synced() {
    once
    case $err in *level=error*) fail "$err" ;; esac
    assert_contains 'msg="sync complete"' "$err"
}

test_GitHub_Pages_as_the_page_says() {
    small_farm
    an_sshd
    git init -q --bare there/you/packages.git
    block 2 | sed -e "s/git@/$(id -un)@/" -e '/public_url/d' >> farm/config.toml
    assert_contains "@github.com:you/packages.git" "$(cat farm/config.toml)"
    synced
    git clone -q -b gh-pages there/you/packages.git www
    [ -e www/.nojekyll ] || fail "there is no .nojekyll"
    peipkg-repo verify --repo www
}

test_a_machine_of_your_own_as_the_page_says() {
    small_farm
    an_sshd
    mkdir -p there/srv/www/pkgs
    serve "$PWD/there/srv/www"
    # serve has a trap of its own.
    trap 'kill "$sshd" "$server"' EXIT
    block 5 | sed -e "s|www@|$(id -un)@|" -e 's|:/srv/www|:srv/www|' -e "s|https://pkgs.example.org|$base/pkgs/current|" >> farm/config.toml
    assert_contains 'mode = "switch"' "$(cat farm/config.toml)"
    synced
    assert_contains 'msg="served repository verified"' "$err"
    # The root that the page gives to nginx.
    assert_contains 'root /srv/www/pkgs/current;' "$(cat "$root/docs/hosting.md")"
    bash "$samples/farm/consume.sh" "$base/pkgs/current" "$fingerprint" copy
    peipkg-repo verify --repo copy
}

test_a_bucket_as_the_page_says() {
    small_farm
    a_bucket
    export RCLONE_CONFIG=$PWD/rclone.conf
    # The command of the page, for a bucket of ours.
    awk '/rclone config create/ { on = 1 } on { print } on && !/\\$/ { exit }' "$root/docs/hosting.md" |
        sed -e 's/^ *sudo -u peipkg //' -e "s|https://ACCOUNT.r2.cloudflarestorage.com|$endpoint|" -e 's/=KEY/=S3RVER/' -e 's/=SECRET/=S3RVER/' > config.sh
    assert_contains 'rclone config create r2 s3 provider=Cloudflare' "$(cat config.sh)"
    bash -eu config.sh > /dev/null
    block 4 | sed -e 's/r2:pkgs.example.org/r2:pkgs/' -e "s|https://pkgs.example.org|$endpoint/pkgs|" >> farm/config.toml
    synced
    assert_contains 'msg="served repository verified"' "$err"
    case $err in *S3RVER*) fail "the log holds the secret" ;; esac
    bash "$samples/farm/consume.sh" "$endpoint/pkgs" "$fingerprint" copy
    peipkg-repo verify --repo copy
    exec 7>&-
}

test_packages_somewhere_else_as_the_page_says() {
    small_farm
    an_sshd
    git init -q --bare there/you/packages.git
    export RCLONE_CONFIG=$PWD/rclone.conf
    rclone config create r2 alias "remote=$PWD/files" > /dev/null 2>&1
    block 3 | sed -e "s/git@/$(id -un)@/" -e '/you.github.io/d' -e 's/r2:packages/r2:/' >> farm/config.toml
    synced
    git clone -q -b gh-pages there/you/packages.git www
    assert_equal https://files.example.org/p/hello/0.1-1/hello_0.1-1_noarch.peipkg "$(jq -r '.packages[0].url' www/index/active.json)"
    assert_equal '' "$(find www -name '*.peipkg')" 'the branch holds packages'
    [ -e files/p/hello/0.1-1/hello_0.1-1_noarch.peipkg ] || fail "the package is not where the index says"
}

# sends_copies PORT CODING: the server's answers, compressed and not, are those of one generation, and cached as the page says.
sends_copies() {
    local url=http://127.0.0.1:$1 package=p/hello/0.1-1/hello_0.1-1_noarch.peipkg document
    for document in index/active.json index/archive.json index.html site/packages.json; do
        assert_equal "$2" "$(curl -sSf -o body -H "Accept-Encoding: $2" -w '%header{content-encoding}' "$url/$document")" "$url/$document"
        case $2 in
            gzip) gzip -dc < body > plain ;;
            zstd) zstd -qdc < body > plain ;;
        esac
        cmp plain "repo/$document"
        curl -sS -D headers -o body "$url/$document"
        cmp body "repo/$document"
        assert_contains 'cache-control: public, max-age=60' "$(tr '[:upper:]' '[:lower:]' < headers)"
        assert_contains 'vary: accept-encoding' "$(tr '[:upper:]' '[:lower:]' < headers)"
        if grep -qi '^content-encoding' headers; then fail "$url/$document comes compressed to a client that did not ask"; fi
    done
    curl -sS -D headers -o body -H "Accept-Encoding: $2" "$url/$package"
    cmp body "repo/$package"
    assert_contains 'cache-control: public, max-age=31536000, immutable' "$(tr '[:upper:]' '[:lower:]' < headers)"
    peipkg-repo verify --url "$url" --trust "$fingerprint"
}

test_compressed_copies_as_the_page_says() {
    use_sample_repository
    mv "$repository" repo
    mkdir empty
    peipkg-repo publish --in repo --out repo --new empty --sign-key "$key" --timestamp 2026-05-02T12:00:00Z --precompress
    local port=$((20000 + RANDOM % 20000))
    {
        [ "$(id -u)" -ne 0 ] || echo "user root;"
        echo "daemon off; pid $PWD/nginx.pid; error_log $PWD/nginx.log; events {} http { access_log off; types { application/json json; text/html html; }"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $PWD/nginx-$kind;"; done
        snippet nginx 1 | sed -e "s/listen 443 ssl/listen 127.0.0.1:$port/" -e '/ssl_/d' -e "s|/srv/www/pkgs/current|$PWD/repo|"
        echo '}'
    } > nginx.conf
    {
        printf '{\n    admin off\n}\n'
        snippet caddy 1 | sed -e "s|^pkgs.example.org|http://127.0.0.1:$((port + 1))|" -e "s|/srv/www/pkgs/current|$PWD/repo|"
    } > Caddyfile
    {
        printf 'server.bind = "127.0.0.1"\nserver.port = %s\n' "$((port + 2))"
        snippet lighttpd 1 | sed "s|/srv/www/pkgs/current|$PWD/repo|"
    } > lighttpd.conf
    /usr/sbin/nginx -e "$PWD/nginx.log" -c "$PWD/nginx.conf" &
    local servers=$!
    HOME=$PWD caddy run --config Caddyfile --adapter caddyfile 2> caddy.log &
    servers="$servers $!"
    /usr/sbin/lighttpd -D -f lighttpd.conf 2> lighttpd.log &
    # shellcheck disable=SC2064 # these very processes
    trap "kill $servers $!" EXIT
    for server in 0 1 2; do listens "$((port + server))"; done
    for generation in 3 4; do
        sends_copies "$port" gzip
        sends_copies "$((port + 1))" zstd
        sends_copies "$((port + 1))" gzip
        sends_copies "$((port + 2))" gzip
        peipkg-repo publish --in repo --out repo --new empty --sign-key "$key" --timestamp "2026-05-0${generation}T12:00:00Z"
    done
}
