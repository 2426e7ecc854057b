#!/usr/bin/env bash
# Writes what a published server is made of: 'bill-of-materials.sh sbom' an SBOM in CycloneDX 1.6 beside each publish under
# artifacts/publish, 'bill-of-materials.sh notices [FILE]' the third-party notices that are committed beside this file.
# Needs node and the packages of the publish in the cache: run dotnet publish … -p:PublishProfile=linux-x64 before.
set -euo pipefail
cd "$(dirname "$0")"
what=${1:?sbom or notices}
output=$(realpath -m "${2:-third-party-notices.txt}")
repository=$(realpath ../../..)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
version=$(dotnet msbuild .. -getProperty:VersionPrefix)
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')

# The nuspecs of the runtimes that a self-contained publish for $1 takes, in the version that its file of dependencies names.
runtimes() {
    local pack found=()
    for pack in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
        local id=$pack.Runtime.$1 of
        of=$(grep -o "\"runtimepack.$id/[^\"]*\"" "$repository/artifacts/publish/$1/analytics-gql.deps.json" | head -n 1 | sed 's|.*/||; s|"||')
        found+=("$packages${id,,}/$of/${id,,}.nuspec")
    done
    (IFS=,; echo "${found[*]}")
}

# scan RID: the packages of NuGet, into $work/RID.json.
scan() {
    dotnet msbuild .. -t:Restore -p:PublishProfile="$1" -v:q -nologo
    dotnet tool run dotnet-CycloneDX -- "$PWD/../Analytics.Gql.csproj" --disable-package-restore --no-serial-number \
        --framework net10.0 --runtime "$1" --spec-version 1.6 --set-name analytics-gql --set-version "$version" \
        --output "$work" --filename "$1.json" --output-format Json >"$work/log" || { cat "$work/log"; return 1; }
}

dotnet tool restore >"$work/log" || { cat "$work/log"; exit 1; }
if [ "$what" = notices ]; then
    scan linux-x64
    node bill-of-materials.mjs "$work/linux-x64.json" "$(runtimes linux-x64)" --notices "$output"
else
    for folder in "$repository"/artifacts/publish/*/; do
        rid=$(basename "$folder")
        scan "$rid"
        node bill-of-materials.mjs "$work/$rid.json" "$(runtimes "$rid")" --sbom "$folder/licenses/sbom.cdx.json"
    done
fi
